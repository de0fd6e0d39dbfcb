/** From a source on a server to a model on the GPU, through the library: what is kept comes from there. */
import { isErrorNamed } from "../shared/errors";
import { joinChoice, type Recipe, splitChoice } from "../shared/recipes";
import { type ByteSource, throwIfCancelled } from "./files/byteSource";
import type { ModelFiles } from "./files/modelFiles";
import type { DownloadOptions } from "./files/rangeDownload";
import { probeUrl, urlSource } from "./files/urlSource";
import type { Gpu } from "./gpu/device";
import { fillModel, isDamagedDownload } from "./library/fillModel";
import type { KeptModel } from "./library/keptModel";
import type { ModelAbout } from "./library/manifest";
import type { KeptChoice, ModelLibrary, NewModel } from "./library/modelLibrary";
import type { RemoteModel } from "./library/remoteModel";
import {
  choiceFor,
  describeModel,
  type OpenedModel,
  type OpenModelOptions,
  openAtChoice,
  openModel,
} from "./openModel";

/** A server that takes longer to say whether anything changed is not waited for. */
const PROBE_MS = 5000;

export interface LoadKeptOptions extends OpenModelOptions {
  readonly recipe: Recipe | "";
  readonly download: DownloadOptions;
  /** Before any weight is read; rejects to refuse. Not asked for a model that is kept whole. */
  readonly onOpened?: (remote: RemoteModel, files: ModelFiles) => Promise<void>;
  /** Source bytes that need not come any more, of all. */
  readonly onDownload?: (doneBytes: number, totalBytes: number, canResume: boolean) => void;
  /** Takes over the waiting for the last records to be written; absent: a load ends when they are. */
  readonly onKeeping?: (kept: Promise<void>) => void;
}

type FileOptions = Pick<LoadKeptOptions, "download" | "signal">;

/** A source that has to be asked what it is: a hub knows the commit of a branch. */
export interface AskedSource {
  readonly sourceKey: string;
  readonly resolve: () => Promise<RemoteModel>;
}

/** Where the source does not answer, what is kept of it is loaded. @throws any load error */
export async function loadAsked(
  gpu: Gpu,
  library: ModelLibrary,
  { sourceKey, resolve }: AskedSource,
  options: LoadKeptOptions,
): Promise<OpenedModel> {
  let remote: RemoteModel;
  try {
    remote = await resolve();
  } catch (error) {
    if (!isErrorNamed(error, "DownloadError")) throw error;
    const choice = { sourceKey, ...choiceOf(options) };
    const kept = await findComplete(library, choice);
    if (kept[0] === undefined) throw error;
    return loadKept(gpu, library, kept[0], options);
  }
  return loadRemote(gpu, library, remote, options);
}

/** @throws any load error; what came so far stays kept unless it is wrong */
export async function loadRemote(
  gpu: Gpu,
  library: ModelLibrary,
  remote: RemoteModel,
  options: LoadKeptOptions,
): Promise<OpenedModel> {
  const { sourceKey } = remote;
  const kept = await findUsable(library, { sourceKey, ...choiceOf(options) }, remote, options);
  if (kept !== null) return loadKept(gpu, library, kept, options);
  const files = await remote.open();
  const described = describeModel(files);
  const applied = splitChoice(choiceFor(described, joinChoice(options.level, options.recipe)));
  const choice = { sourceKey, ...applied };
  await options.onOpened?.(remote, files);
  throwIfCancelled(options.signal, files.name);
  const name = remote.name ?? files.name;
  const model: NewModel = { ...choice, ...remote, name, files, tensors: described.tensors };
  const about = await library.begin(model, options.signal);
  const { opened, kept: filled } = await fillAndOpen(gpu, library, about, files, { ...options, ...applied });
  const keeping = filled.then(() => deleteOthers(library, choice, about));
  if (options.onKeeping !== undefined) options.onKeeping(keeping);
  else await freeOnError(opened, keeping);
  return opened;
}

async function freeOnError({ model }: OpenedModel, keeping: Promise<void>): Promise<void> {
  try {
    await keeping;
  } catch (error) {
    model.destroy();
    throw error;
  }
}

/** For a while beside another of the same source: from what is kept in full precision, else from the source; keeps nothing. */
export async function loadBeside(
  gpu: Gpu,
  library: ModelLibrary,
  remote: RemoteModel,
  options: LoadKeptOptions,
): Promise<OpenedModel> {
  const kept = await findAsStored(library, remote, options);
  return kept === null ? openModel(gpu, await remote.open(), options) : loadKept(gpu, library, kept, options);
}

/** The files alone: from what is kept of them as they are, else from the source; keeps nothing. @throws any load error */
export async function filesBeside(
  library: ModelLibrary,
  remote: RemoteModel,
  options: FileOptions,
): Promise<ModelFiles> {
  const kept = await findAsStored(library, remote, options);
  return kept === null ? remote.open() : keptFiles(library, kept, options);
}

/** The files of a model that is kept, at the level it is kept at. @throws StorageError */
export async function keptFiles(library: ModelLibrary, about: ModelAbout, options: FileOptions): Promise<ModelFiles> {
  return library.filesOf(await library.open(about, sourcesAgain(about, options.download), options.signal));
}

/**
 * A model that is kept, without asking anybody; at the level it is kept at, or from full precision at any other.
 * @throws StorageError when a part is damaged and cannot be had again
 */
export async function loadKept(
  gpu: Gpu,
  library: ModelLibrary,
  about: ModelAbout,
  options: LoadKeptOptions,
): Promise<OpenedModel> {
  const kept = await library.open(about, sourcesAgain(about, options.download), options.signal);
  const files = await library.filesOf(kept);
  const isConverted = joinChoice(about.level, about.recipe) !== "stored";
  const opened = isConverted
    ? await openAtChoice(gpu, files, { ...options, ...choiceOf(about) })
    : await openModel(gpu, files, options);
  await kept.touch(Date.now());
  return opened;
}

/** Downloads and uploads at the same time: a record goes to the GPU as soon as it is there. */
async function fillAndOpen(
  gpu: Gpu,
  library: ModelLibrary,
  about: ModelAbout,
  files: ModelFiles,
  options: LoadKeptOptions,
): Promise<{ opened: OpenedModel; kept: Promise<void> }> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const { sources } = files;
  const canResume = sources.every((source) => source.origin?.canResume !== false);
  const kept = await library.open(about, async (file) => sources[file] ?? null, signal);
  const onProgress = (done: number, total: number) => options.onDownload?.(done, total, canResume);
  const filling = kept.whileFilling(() => fillModel(kept, sources, { signal, onProgress, convert: options.convert }));
  const opening = library.filesOf(kept).then((keptFiles) => openAtChoice(gpu, keptFiles, { ...options, signal }));
  const [filled, opened] = await Promise.allSettled([stopOnError(filling, stop), stopOnError(opening, stop)]);
  if (filled.status === "fulfilled" && opened.status === "fulfilled") {
    return { opened: opened.value, kept: filled.value.kept };
  }
  if (opened.status === "fulfilled") opened.value.model.destroy();
  const failure = firstCause(filled, opened, options.signal);
  if (isDamagedDownload(failure)) await library.delete(about.id);
  throw failure;
}

async function stopOnError<T>(promise: Promise<T>, stop: AbortController): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    stop.abort();
    throw error;
  }
}

/** What ended the other: the error that is no consequence of having been stopped. */
function firstCause(
  filled: PromiseSettledResult<unknown>,
  opened: PromiseSettledResult<OpenedModel>,
  signal: AbortSignal | undefined,
): unknown {
  const reasons = [filled, opened].flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (signal?.aborted === true) return reasons[0];
  return reasons.find((reason) => !isErrorNamed(reason, "CancelledError")) ?? reasons[0];
}

/** What is kept of a source in the precision that it has. */
function findAsStored(library: ModelLibrary, remote: RemoteModel, options: FileOptions): Promise<ModelAbout | null> {
  return findUsable(library, { sourceKey: remote.sourceKey, level: "stored", recipe: "" }, remote, options);
}

/** A kept model that is complete and, as far as can be found out, still what the source has. */
async function findUsable(
  library: ModelLibrary,
  choice: KeptChoice,
  remote: RemoteModel,
  options: FileOptions,
): Promise<ModelAbout | null> {
  for (const about of await findComplete(library, choice)) {
    if (remote.revision !== null ? remote.revision === about.version : await isUnchanged(about, options)) return about;
  }
  return null;
}

/**
 * Complete ones, newest use first, then those of quantized files, which are the same at every level. None where the
 * store cannot be read.
 */
async function findComplete(library: ModelLibrary, choice: KeptChoice): Promise<ModelAbout[]> {
  const complete: ModelAbout[] = [];
  const asStored = { ...choice, level: "stored", recipe: "" } as const;
  const isStored = joinChoice(choice.level, choice.recipe) === "stored";
  for (const wanted of isStored ? [choice] : [choice, asStored]) {
    for (const about of await library.find(wanted).catch(() => [])) {
      const kept = await library.open(about, async () => null);
      if (!kept.isComplete) continue;
      if (wanted === choice || (await isQuantizedSource(library, kept, choice))) complete.push(about);
    }
  }
  return complete;
}

/** Whether files that are kept as they are stay so at that level too. */
async function isQuantizedSource(
  library: ModelLibrary,
  kept: KeptModel,
  { level, recipe }: KeptChoice,
): Promise<boolean> {
  return choiceFor(describeModel(await library.filesOf(kept)), joinChoice(level, recipe)) === "stored";
}

/** Asks the server for one byte of each file. True also when it cannot be asked: what is kept is all there is. */
async function isUnchanged(about: ModelAbout, options: FileOptions): Promise<boolean> {
  const asked = about.files.map(async (file) => {
    if (file.url === null) return true;
    try {
      const signal = AbortSignal.any([options.signal ?? [], AbortSignal.timeout(PROBE_MS)].flat());
      const { sizeBytes, version } = await probeUrl(file.url, { ...options.download, signal });
      return sizeBytes === file.sizeBytes && version === file.version;
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      return true;
    }
  });
  return (await Promise.all(asked)).every((same) => same);
}

function choiceOf({ level, recipe }: Omit<KeptChoice, "sourceKey">): Omit<KeptChoice, "sourceKey"> {
  return { level, recipe };
}

function sourcesAgain(about: ModelAbout, download: DownloadOptions): (file: number) => Promise<ByteSource | null> {
  const opened = new Map<number, Promise<ByteSource>>();
  return async (file) => {
    const url = about.files[file]?.url ?? null;
    if (url === null) return null;
    const source = opened.get(file) ?? urlSource(url, download);
    opened.set(file, source);
    return source;
  };
}

/** Earlier versions of the same source at the same level, also those of an earlier quantizer. */
async function deleteOthers(library: ModelLibrary, choice: KeptChoice, about: ModelAbout): Promise<void> {
  for (const other of await library.versions(choice).catch(() => [])) {
    if (other.id !== about.id) await library.delete(other.id).catch(() => {});
  }
}
