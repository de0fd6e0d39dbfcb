/** All models in a store: finds, begins, opens, lists and deletes them. */
import { VitrineError } from "../../shared/errors";
import type { KeptId, KeptModel as KeptReport, KeptTensorReport } from "../../shared/library";
import type { ModelTensors } from "../../shared/modelSpec";
import { type Level, QUANTIZER_VERSION } from "../../shared/quant";
import { joinChoice, type Recipe } from "../../shared/recipes";
import type { ByteSource, ByteStore } from "../files/byteSource";
import type { ModelFiles } from "../files/modelFiles";
import { isQuantizedByUs, keptTensors, planRecords } from "./keptLayout";
import { KeptModel, type SourceOf } from "./keptModel";
import {
  aboutKey,
  emptyJournal,
  encodeJson,
  journalKey,
  keptIdOf,
  keysOf,
  LIBRARY_VERSION,
  listIds,
  type ModelAbout,
  readAbout,
  readJournal,
  sideKey,
} from "./manifest";
import { rebuildFiles, sideFilesOf } from "./sideFiles";

/** What tells one way of loading a source from another. */
export interface KeptChoice {
  readonly sourceKey: string;
  readonly level: Level;
  /** Per tensor; "" for none. */
  readonly recipe: Recipe | "";
}

export interface NewModel extends KeptChoice {
  readonly link: string;
  readonly name: string;
  /** Revision of a hub; null: the versions of the files themselves. */
  readonly revision: string | null;
  readonly licence: string | null;
  /** Published SHA-256 by file name. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly files: ModelFiles;
  readonly tensors: ModelTensors;
}

const RECORD_BYTES = 16 * 2 ** 20;

export class ModelLibrary {
  constructor(
    readonly store: ByteStore,
    private readonly recordBytes = RECORD_BYTES,
  ) {}

  /** The same library over another store. */
  over(store: ByteStore): ModelLibrary {
    return new ModelLibrary(store, this.recordBytes);
  }

  /** Kept models that a load by this choice may use, newest use first. */
  async find(choice: KeptChoice): Promise<ModelAbout[]> {
    const usable = (await this.versions(choice)).filter(isCurrent);
    const used = new Map(await Promise.all(usable.map(async (about) => [about, await this.lastUsed(about)] as const)));
    return usable.sort((a, b) => (used.get(b) ?? 0) - (used.get(a) ?? 0));
  }

  /** Kept by this choice, whatever version of the source or of the quantizer it is of. */
  async versions({ sourceKey, level, recipe }: KeptChoice): Promise<ModelAbout[]> {
    const all = await this.abouts();
    return all.filter((about) => about.sourceKey === sourceKey && about.level === level && about.recipe === recipe);
  }

  /** The entry for these files: the one begun before, or a new one without records. */
  async begin(model: NewModel, signal?: AbortSignal): Promise<ModelAbout> {
    const { files, link, name, level, recipe, sourceKey, licence } = model;
    const sources = files.sources;
    const version = model.revision ?? joinedVersions(sources);
    const tensors = keptTensors(
      files.tensors.values(),
      (tensor) => sources.indexOf(tensor.source),
      model.tensors,
      level,
      recipe,
    );
    const quantizerVersion = isQuantizedByUs(tensors) ? QUANTIZER_VERSION : 0;
    const sizes = sources.map(({ sizeBytes }) => sizeBytes);
    const id = await keptIdOf([LIBRARY_VERSION, sourceKey, version, level, recipe, quantizerVersion, ...sizes]);
    const known = await readAbout(this.store, id).catch(() => null);
    if (known !== null && known.recordBytes === this.recordBytes) return known;
    const side = await sideFilesOf(files, signal);
    const about: ModelAbout = {
      ...{ libraryVersion: LIBRARY_VERSION, id, name, link, sourceKey, kind: files.kind, level, recipe },
      ...{ quantizerVersion, version, licence, recordBytes: this.recordBytes, tensors, side: [...side.keys()] },
      files: sources.map((source) => ({
        name: source.name,
        url: source.origin?.url ?? null,
        sizeBytes: source.sizeBytes,
        version: source.origin?.version ?? null,
        sha256: model.hashes.get(source.name) ?? null,
      })),
    };
    const journal = emptyJournal(planRecords(tensors, this.recordBytes).length, sources.length);
    await this.store.put([
      ...[...side].map(([file, bytes]) => [sideKey(id, file), bytes] as const),
      [aboutKey(id), encodeJson(about)],
      [journalKey(id), encodeJson(journal)],
    ]);
    return about;
  }

  open(about: ModelAbout, sourceOf: SourceOf, signal?: AbortSignal): Promise<KeptModel> {
    return KeptModel.open(about, this.store, sourceOf, signal);
  }

  /** The model's files with tensors that are read from the store. @throws StorageError */
  async filesOf(kept: KeptModel): Promise<ModelFiles> {
    const { about } = kept;
    const side = new Map<string, Uint8Array>();
    for (const name of about.side) {
      const bytes = await this.store.get(sideKey(about.id, name));
      if (bytes !== null) side.set(name, bytes);
    }
    return rebuildFiles(about, side, kept.tensors());
  }

  /** Newest use first; not those of which no record came, or had room. */
  async list(): Promise<KeptReport[]> {
    const reports = await Promise.all((await this.abouts()).map((about) => this.report(about)));
    return reports.filter(({ keptBytes }) => keptBytes > 0).sort((a, b) => b.lastUsed - a.lastUsed);
  }

  async tensorsOf(id: KeptId): Promise<KeptTensorReport[]> {
    const { tensors } = await this.about(id);
    return tensors.map(({ name, shape, type, sizeBytes }) => ({ name, shape, type, sizeBytes }));
  }

  /** @throws InvalidStateError when there is no such model */
  async about(id: KeptId): Promise<ModelAbout> {
    const about = await readAbout(this.store, id);
    if (about !== null) return about;
    throw new VitrineError("InvalidStateError", "That model is not kept here any more. Load it again.");
  }

  async delete(id: KeptId): Promise<void> {
    const keys = await keysOf(this.store, id);
    await this.store.put(keys.map((key) => [key, null] as const));
  }

  /** Everything in the store, also what no entry names any more. */
  async deleteAll(): Promise<void> {
    const keys = await this.store.keys("");
    await this.store.put(keys.map((key) => [key, null] as const));
  }

  private async abouts(): Promise<ModelAbout[]> {
    const all = await Promise.all((await listIds(this.store)).map((id) => readAbout(this.store, id)));
    return all.filter((about) => about !== null);
  }

  private async lastUsed(about: ModelAbout): Promise<number> {
    return (await readJournal(this.store, about, numRecords(about))).lastUsed;
  }

  private async report(about: ModelAbout): Promise<KeptReport> {
    const journal = await readJournal(this.store, about, numRecords(about));
    const { id, name, link, level, recipe, version, licence, files } = about;
    const totalBytes = about.tensors.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return {
      ...{ id, name, link, level: joinChoice(level, recipe), version, licence, totalBytes },
      ...{ keptBytes: journal.keptBytes, lastUsed: journal.lastUsed },
      files: files.map((file) => ({ name: file.name, sha256: file.sha256 })),
    };
  }
}

function numRecords(about: ModelAbout): number {
  return planRecords(about.tensors, about.recordBytes).length;
}

/** False for what an earlier quantizer made. */
function isCurrent(about: ModelAbout): boolean {
  return about.quantizerVersion === 0 || about.quantizerVersion === QUANTIZER_VERSION;
}

function joinedVersions(sources: readonly ByteSource[]): string | null {
  const versions = sources.map((source) => source.origin?.version ?? null);
  return versions.every((version) => version === null) ? null : versions.join(" ");
}
