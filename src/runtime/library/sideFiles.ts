/** What is kept of a model beside its weights, and the model's files made again out of it. */
import { VitrineError } from "../../shared/errors";
import { type ByteSource, checkRange } from "../files/byteSource";
import { readGguf } from "../files/gguf";
import type { GgufFile } from "../files/ggufFile";
import { type JsonObject, parseJson } from "../files/json";
import type { GgufModelFiles, HuggingFaceModelFiles, ModelFiles } from "../files/modelFiles";
import type { SourcedTensor } from "../files/safetensors";
import type { KeptFile, ModelAbout } from "./manifest";

export type SideFiles = ReadonlyMap<string, Uint8Array>;

const HEADER = "header.gguf";
/** Of an image tower that came as a second file. */
const TOWER_HEADER = "tower.gguf";
const JSON_FIELDS = ["config", "tokenizerJson", "tokenizerConfig", "generationConfig", "preprocessorConfig"] as const;
const TEMPLATE = "chatTemplate";

export async function sideFilesOf(files: ModelFiles, signal?: AbortSignal): Promise<SideFiles> {
  const side = new Map<string, Uint8Array>();
  if (files.kind === "gguf") {
    const [source] = files.sources as readonly [ByteSource];
    side.set(HEADER, await readHeader(files.file, source, signal));
    if (files.vision) side.set(TOWER_HEADER, await readHeader(files.vision.file, files.vision.source, signal));
    return side;
  }
  for (const field of JSON_FIELDS) {
    const value = files[field];
    if (value !== undefined) side.set(field, new TextEncoder().encode(JSON.stringify(value)));
  }
  if (files.chatTemplate !== undefined) side.set(TEMPLATE, new TextEncoder().encode(files.chatTemplate));
  return side;
}

/** Tensors come after the header; a file of metadata alone is header to its end. */
function readHeader(file: GgufFile, source: ByteSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const starts = [...file.tensors.values()].map(({ start }) => start);
  return source.read(
    0,
    starts.reduce((least, start) => Math.min(least, start), source.sizeBytes),
    signal,
  );
}

/** An image tower of its own file as one more part of the model, so that its tensors are kept like the others. */
export function withTower(files: ModelFiles): ModelFiles {
  if (files.kind !== "gguf" || files.vision === undefined) return files;
  const { file, source } = files.vision;
  const tower = [...file.tensors.values()].map((tensor) => [tensor.name, { ...tensor, source }] as const);
  return { ...files, tensors: new Map([...tower, ...files.tensors]), sources: [...files.sources, source] };
}

/** @throws StorageError when a side file is missing or damaged */
export async function rebuildFiles(
  about: ModelAbout,
  side: SideFiles,
  tensors: ReadonlyMap<string, SourcedTensor>,
): Promise<ModelFiles> {
  try {
    return about.kind === "gguf" ? await rebuildGguf(about, side, tensors) : rebuildFolder(about, side, tensors);
  } catch (cause) {
    throw new VitrineError("StorageError", `The kept copy of ${about.name} is damaged. Delete it, and load it again.`, {
      cause,
    });
  }
}

async function rebuildGguf(
  about: ModelAbout,
  side: SideFiles,
  tensors: ReadonlyMap<string, SourcedTensor>,
): Promise<GgufModelFiles> {
  const [first] = about.files as readonly [KeptFile];
  const source = headerSource(first, side.get(HEADER));
  const files = { kind: "gguf", name: about.name, file: await readGguf(source), tensors, sources: [source] } as const;
  const tower = side.get(TOWER_HEADER);
  if (tower === undefined) return files;
  const towerSource = headerSource(about.files.at(-1) as KeptFile, tower);
  return { ...files, vision: { file: await readGguf(towerSource), source: towerSource } };
}

/** A file of which the header alone is there; readers take zeros for tensor data and look no further. */
function headerSource({ name, sizeBytes }: KeptFile, header: Uint8Array = new Uint8Array(0)): ByteSource {
  return {
    name,
    sizeBytes,
    async read(start, length) {
      checkRange(name, sizeBytes, start, length);
      const bytes = new Uint8Array(length);
      bytes.set(header.subarray(start, start + length));
      return bytes;
    },
  };
}

function rebuildFolder(
  about: ModelAbout,
  side: SideFiles,
  tensors: ReadonlyMap<string, SourcedTensor>,
): HuggingFaceModelFiles {
  const json = (field: string): JsonObject | undefined => {
    const bytes = side.get(field);
    return bytes && parseJson(field, bytes);
  };
  const template = side.get(TEMPLATE);
  const config = json("config");
  if (config === undefined) throw new VitrineError("InvalidFileError", "config is missing");
  return {
    kind: "huggingface",
    name: about.name,
    config,
    tensors,
    sources: [],
    tokenizerJson: json("tokenizerJson"),
    tokenizerConfig: json("tokenizerConfig"),
    generationConfig: json("generationConfig"),
    preprocessorConfig: json("preprocessorConfig"),
    chatTemplate: template && new TextDecoder().decode(template),
  };
}
