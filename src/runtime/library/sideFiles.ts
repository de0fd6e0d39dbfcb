/** What is kept of a model beside its weights, and the model's files made again out of it. */
import { VitrineError } from "../../shared/errors";
import { type ByteSource, checkRange } from "../files/byteSource";
import { readGguf } from "../files/gguf";
import { type JsonObject, parseJson } from "../files/json";
import type { GgufModelFiles, HuggingFaceModelFiles, ModelFiles } from "../files/modelFiles";
import type { SourcedTensor } from "../files/safetensors";
import type { ModelAbout } from "./manifest";

export type SideFiles = ReadonlyMap<string, Uint8Array>;

const HEADER = "header.gguf";
const JSON_FIELDS = ["config", "tokenizerJson", "tokenizerConfig", "generationConfig", "preprocessorConfig"] as const;
const TEMPLATE = "chatTemplate";

export async function sideFilesOf(files: ModelFiles, signal?: AbortSignal): Promise<SideFiles> {
  const side = new Map<string, Uint8Array>();
  if (files.kind === "gguf") {
    const [source] = files.sources as readonly [ByteSource];
    const starts = [...files.file.tensors.values()].map(({ start }) => start);
    // Tensors come after the header; a file of metadata alone is header to its end.
    const end = starts.reduce((least, start) => Math.min(least, start), source.sizeBytes);
    side.set(HEADER, await source.read(0, end, signal));
    return side;
  }
  for (const field of JSON_FIELDS) {
    const value = files[field];
    if (value !== undefined) side.set(field, new TextEncoder().encode(JSON.stringify(value)));
  }
  if (files.chatTemplate !== undefined) side.set(TEMPLATE, new TextEncoder().encode(files.chatTemplate));
  return side;
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
  const { name, sizeBytes } = about.files[0] as ModelAbout["files"][number];
  const header = side.get(HEADER) ?? new Uint8Array(0);
  const source: ByteSource = {
    name,
    sizeBytes,
    // What comes after the header is not there any more; readers take it for tensor data and look no further.
    async read(start, length) {
      checkRange(name, sizeBytes, start, length);
      const bytes = new Uint8Array(length);
      bytes.set(header.subarray(start, start + length));
      return bytes;
    },
  };
  return { kind: "gguf", name: about.name, file: await readGguf(source), tensors, sources: [source] };
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
