/** What the person gave, files or an address, made out to be a model: one GGUF file or a Hugging Face folder. */
import { VitrineError } from "../../shared/errors";
import { baseName } from "./baseName";
import { type ByteSource, readSmall, readText } from "./byteSource";
import { readGguf } from "./gguf";
import type { GgufFile } from "./ggufFile";
import { hasGgufMagic } from "./ggufHeader";
import { isNotFound } from "./httpRequest";
import { type JsonObject, parseJson } from "./json";
import { prefixSource } from "./prefixSource";
import { checkIndex, readSafetensors, type SourcedTensor, shardNames } from "./safetensors";
import { type UrlSourceOptions, urlSource } from "./urlSource";

export interface GgufModelFiles {
  readonly kind: "gguf";
  /** For people: the file's or folder's name. */
  readonly name: string;
  /** Of a model in parts: the first, which has the metadata. */
  readonly file: GgufFile;
  readonly tensors: ReadonlyMap<string, SourcedTensor>;
  /** All parts. */
  readonly sources: readonly ByteSource[];
  /** The image tower and projector that came as a second file. */
  readonly vision?: { readonly file: GgufFile; readonly source: ByteSource };
}

export interface HuggingFaceModelFiles {
  readonly kind: "huggingface";
  readonly name: string;
  readonly config: JsonObject;
  readonly tensors: ReadonlyMap<string, SourcedTensor>;
  /** All safetensors shards. */
  readonly sources: readonly ByteSource[];
  readonly tokenizerJson?: JsonObject;
  readonly tokenizerConfig?: JsonObject;
  readonly generationConfig?: JsonObject;
  readonly chatTemplate?: string;
  /** How pictures are resized and normalized, for models that see. */
  readonly preprocessorConfig?: JsonObject;
}

export type ModelFiles = GgufModelFiles | HuggingFaceModelFiles;

const CONFIG = "config.json";
const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const TOKENIZER = "tokenizer.json";
const TOKENIZER_CONFIG = "tokenizer_config.json";
const GENERATION_CONFIG = "generation_config.json";
const CHAT_TEMPLATE = "chat_template.jinja";
const PREPROCESSOR_CONFIG = "preprocessor_config.json";
const SIDE_FILES = [TOKENIZER, TOKENIZER_CONFIG, GENERATION_CONFIG, CHAT_TEMPLATE, PREPROCESSOR_CONFIG] as const;
/** tokenizer.json of a 260,000-token vocabulary has 33 MB. */
const MAX_SIDE_BYTES = 256 * 2 ** 20;
/** Present in many model folders and not needed: no reason to refuse a dropped folder. */
const IGNORED =
  /(^|\/)(\.|readme|license|notice|use_policy|special_tokens_map\.json$|added_tokens\.json$|vocab\.|merges\.txt$|tokenizer\.model$)|\.(md|pdf|png|jpe?g|gif)$/i;
const ASK = "Choose one GGUF file, or config.json, tokenizer.json and the *.safetensors files of one model.";

/**
 * Files that were chosen or dropped; names may carry folders, all below one folder.
 * @throws InvalidFileError naming the missing or the strange file
 */
export async function openModelFiles(sources: readonly ByteSource[], signal?: AbortSignal): Promise<ModelFiles> {
  const first = sources[0];
  if (!first) throw invalid(`No files. ${ASK}`);
  const ggufs = await withGgufMagic(sources, signal);
  const parts = orderedParts(ggufs);
  if (ggufs.length > 1 && parts === null) return openPair(ggufs, signal);
  if (parts !== null) return openGguf(parts, signal);
  const claimed = sources.find((source) => /\.gguf$/i.test(source.name));
  // Not GGUF by its first bytes, whatever its name says: let the reader explain.
  if (claimed) return openGguf([claimed], signal);
  const byName = new Map<string, ByteSource>();
  for (const source of sources) {
    const name = baseName(source.name);
    if (isStranger(name, source.name)) throw invalid(`${source.name} is not a model file. ${ASK}`);
    const other = byName.get(name);
    if (other && !IGNORED.test(name)) {
      throw invalid(`${other.name} and ${source.name} are files of two models; choose those of one.`);
    }
    byName.set(name, source);
  }
  return openFolder(folderName(first.name), async (name) => byName.get(name) ?? null, byName, signal);
}

export interface OpenUrlOptions extends UrlSourceOptions {
  /** File names of the folder, where they are known: others are not asked for. */
  readonly names?: ReadonlySet<string>;
}

/**
 * A GGUF file (of a split one, any part), or a folder in Hugging Face layout when the address ends in "/".
 * @throws DownloadError, InvalidFileError, CancelledError
 */
export async function openModelUrl(url: string, options: OpenUrlOptions = {}): Promise<ModelFiles> {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  const query = url.slice(path.length);
  if (!path.endsWith("/")) {
    const names = partNames(path) ?? [path];
    const sources: ByteSource[] = [];
    for (const name of names) sources.push(prefixSource(await urlSource(`${name}${query}`, options)));
    return openGguf(sources, options.signal);
  }
  const open = async (name: string) => {
    if (options.names?.has(name) === false) return null;
    try {
      return prefixSource(await urlSource(`${path}${name}${query}`, options));
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  };
  return openFolder(baseName(path.slice(0, -1)), open, null, options.signal);
}

/** Null: there is no such file. */
type Open = (name: string) => Promise<ByteSource | null>;

/** @param sources of a split model all parts, the first of them first */
export async function openGguf(sources: readonly ByteSource[], signal?: AbortSignal): Promise<GgufModelFiles> {
  const [first, ...rest] = sources as readonly [ByteSource, ...ByteSource[]];
  const file = await readGguf(first, signal);
  const parts = Number(file.metadata["split.count"] ?? 1);
  if (parts > 1 && parts !== sources.length) {
    throw invalid(`${first.name} is one of ${parts} parts of a model; choose all of them.`);
  }
  const tensors = new Map<string, SourcedTensor>();
  const add = (found: GgufFile, source: ByteSource): void => {
    for (const tensor of found.tensors.values()) {
      if (tensors.has(tensor.name)) throw invalid(`Tensor "${tensor.name}" is in two parts of ${first.name}.`);
      tensors.set(tensor.name, { ...tensor, source });
    }
  };
  add(file, first);
  for (const source of rest) add(await readGguf(source, signal), source);
  const name = baseName(first.name)
    .replace(/\.gguf$/i, "")
    .replace(PART_ENDING, "");
  return { kind: "gguf", name, file, tensors, sources };
}

const PART_ENDING = /-(\d{5})-of-(\d{5})$/;

/** Names of all parts of a split GGUF, of which one is given; null when the name is not that of a part. */
export function partNames(name: string): string[] | null {
  const match = /^(.*)-\d{5}-of-(\d{5})\.gguf$/i.exec(name);
  if (match === null) return null;
  const [, stem = "", count = ""] = match;
  return Array.from({ length: Number(count) }, (_, index) => {
    return `${stem}-${String(index + 1).padStart(5, "0")}-of-${count}.gguf`;
  });
}

/** One GGUF file, or all parts of one in order; null for anything else. */
function orderedParts(ggufs: readonly ByteSource[]): readonly ByteSource[] | null {
  const [first] = ggufs;
  if (first === undefined) return null;
  if (ggufs.length === 1) return ggufs;
  const names = partNames(baseName(first.name)) ?? [];
  const found = names.map((name) => ggufs.find((source) => baseName(source.name) === name));
  const all = found.filter((source) => source !== undefined);
  return all.length === ggufs.length && all.length === names.length ? all : null;
}

/** A language model and the image tower that belongs to it. */
async function openPair(sources: readonly ByteSource[], signal?: AbortSignal): Promise<GgufModelFiles> {
  const opened = await Promise.all(sources.map((source) => openGguf([source], signal)));
  const [vision, ...moreVision] = opened.filter(({ file }) => file.metadata["general.architecture"] === "clip");
  const [text, ...moreText] = opened.filter((file) => file !== vision);
  if (vision === undefined || text === undefined || moreVision.length + moreText.length > 0) {
    const names = sources.map((source) => source.name).join(" and ");
    const count = sources.length === 2 ? "two" : sources.length;
    throw invalid(`${names} are ${count} GGUF files; choose one, or a language model with its image tower (mmproj).`);
  }
  return { ...text, vision: { file: vision.file, source: vision.sources[0] as ByteSource } };
}

async function openFolder(
  folder: string,
  open: Open,
  given: ReadonlyMap<string, ByteSource> | null,
  signal?: AbortSignal,
): Promise<HuggingFaceModelFiles> {
  const configSource = await open(CONFIG);
  if (!configSource) {
    throw invalid(folder === "" ? `${CONFIG} is missing. ${ASK}` : `${CONFIG} is missing in ${folder}. ${ASK}`);
  }
  const config = parseJson(configSource.name, await readSmall(configSource, MAX_SIDE_BYTES, signal));
  const { sources, tensors } = await openWeights(open, given, signal);
  const [tokenizer, tokenizerConfig, generationConfig, template, preprocessorConfig] = await Promise.all(
    SIDE_FILES.map((name) => open(name)),
  );
  const json = async (source: ByteSource | null | undefined) =>
    source ? parseJson(source.name, await readSmall(source, MAX_SIDE_BYTES, signal)) : undefined;
  return {
    kind: "huggingface",
    name: folder || nameIn(config) || "model",
    config,
    tensors,
    sources,
    tokenizerJson: await json(tokenizer),
    tokenizerConfig: await json(tokenizerConfig),
    generationConfig: await json(generationConfig),
    chatTemplate: template ? await readText(template, MAX_SIDE_BYTES, signal) : undefined,
    preprocessorConfig: await json(preprocessorConfig),
  };
}

async function openWeights(
  open: Open,
  given: ReadonlyMap<string, ByteSource> | null,
  signal?: AbortSignal,
): Promise<{ sources: readonly ByteSource[]; tensors: ReadonlyMap<string, SourcedTensor> }> {
  const indexSource = await open(INDEX);
  if (!indexSource) {
    const sources = given
      ? [...given.values()].filter((source) => source.name.endsWith(".safetensors"))
      : [await open(WEIGHTS)].filter((source) => source !== null);
    if (sources.length === 0) throw invalid(`There is no *.safetensors file beside ${CONFIG}. ${ASK}`);
    return { sources, tensors: await readSafetensors(sources, signal) };
  }
  const index = parseJson(indexSource.name, await readSmall(indexSource, MAX_SIDE_BYTES, signal));
  const sources: ByteSource[] = [];
  for (const name of shardNames(indexSource.name, index)) {
    const shard = await open(baseName(name));
    if (!shard) throw invalid(`${name} is missing: ${indexSource.name} names it as a part of the weights.`);
    sources.push(shard);
  }
  const tensors = await readSafetensors(sources, signal);
  checkIndex(indexSource.name, index, tensors, baseName);
  return { sources, tensors };
}

async function withGgufMagic(sources: readonly ByteSource[], signal?: AbortSignal): Promise<readonly ByteSource[]> {
  const found: ByteSource[] = [];
  for (const source of sources) {
    if (source.sizeBytes >= 4 && hasGgufMagic(await source.read(0, 4, signal))) found.push(source);
  }
  return found;
}

function isStranger(name: string, path: string): boolean {
  const known = name === CONFIG || name === INDEX || (SIDE_FILES as readonly string[]).includes(name);
  return !known && !/\.(safetensors|json)$/i.test(name) && !IGNORED.test(path);
}

function nameIn(config: JsonObject): string {
  const name = config._name_or_path;
  return typeof name === "string" ? baseName(name) : "";
}

/** "smollm" of "models/smollm/config.json"; "" of "config.json". */
function folderName(path: string): string {
  return baseName(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
}

function invalid(message: string): VitrineError {
  return new VitrineError("InvalidFileError", message);
}
