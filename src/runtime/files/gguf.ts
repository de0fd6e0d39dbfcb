/**
 * GGUF files (github.com/ggml-org/ggml/blob/master/docs/gguf.md): a header of key-value metadata and tensor
 * descriptions, read with @huggingface/gguf, then tensor data. Nothing the header claims is believed before it
 * is checked against the file.
 */

import { gguf as parseGguf } from "@huggingface/gguf";
import { VitrineError } from "../../shared/errors";
import { fileBytes } from "../../shared/quant";
import type { ByteSource } from "./byteSource";
import { GGML_TYPES } from "./ggmlTypes";
import type { GgufFile, GgufValue } from "./ggufFile";
import { endless, scanHeader } from "./ggufHeader";
import { HeaderFetch, restoreStrings } from "./ggufMends";
import { numElements, type TensorInfo } from "./tensorInfo";

const DEFAULT_ALIGNMENT = 32;
const TOKENS_KEY = "tokenizer.ggml.tokens";
/** The library adds these to what the file says. */
const LIBRARY_KEYS: ReadonlySet<string> = new Set(["version", "tensor_count", "kv_count"]);

/** @throws InvalidFileError, DownloadError, CancelledError */
export async function readGguf(source: ByteSource, signal?: AbortSignal): Promise<GgufFile> {
  const header = await scanHeader(source, signal);
  const parsed = await parse(source, new HeaderFetch(source, header.bytes));
  const [, headerEnd] = parsed.tensorInfoByteRange;
  if (headerEnd > source.sizeBytes) throw truncated(source, headerEnd);
  const metadata = Object.create(null) as Record<string, GgufValue>;
  for (const [key, value] of Object.entries(parsed.metadata)) {
    if (!LIBRARY_KEYS.has(key)) metadata[key] = plainValue(value);
  }
  const rawStrings = restoreStrings(header, metadata);
  const alignment = alignmentOf(source, metadata);
  const dataStart = Math.ceil(headerEnd / alignment) * alignment;
  return {
    version: header.version,
    metadata,
    tensors: tensorsOf(source, parsed.tensorInfos, dataStart, alignment),
    rawTokens: rawStrings.get(TOKENS_KEY) ?? new Map(),
    sizeBytes: source.sizeBytes,
  };
}

async function parse(source: ByteSource, served: HeaderFetch): Promise<Awaited<ReturnType<typeof parseGguf>>> {
  try {
    // The URL is never fetched; the library only wants one that starts with https.
    return await parseGguf("https://file.invalid/", { fetch: served.fetch });
  } catch (cause) {
    if (cause instanceof VitrineError) throw cause;
    // Reading past its buffer, or a buffer past the library's limit.
    if (cause instanceof RangeError) throw endless(source);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VitrineError("InvalidFileError", `${source.name} has a damaged GGUF header: ${reason}.`, { cause });
  }
}

function truncated(source: ByteSource, needed: number): VitrineError {
  return new VitrineError(
    "InvalidFileError",
    `${source.name} is truncated or damaged: its header needs at least ${needed} bytes, the file has ${source.sizeBytes}. Get it again.`,
  );
}

function plainValue(value: unknown): GgufValue {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) {
    // A large array of strings or floats needs no copy; only 64-bit integers and nested arrays do.
    const first: unknown = value[0];
    return typeof first === "bigint" || Array.isArray(first) ? value.map(plainValue) : value;
  }
  return value as GgufValue;
}

function alignmentOf(source: ByteSource, metadata: Readonly<Record<string, GgufValue>>): number {
  const alignment = metadata["general.alignment"] ?? DEFAULT_ALIGNMENT;
  // The format asks for a multiple of 8; llama.cpp for a power of two. 1 MiB is far beyond any page size.
  const sound = typeof alignment === "number" && alignment > 0 && alignment <= 2 ** 20 && Number.isInteger(alignment);
  if (sound && (alignment & (alignment - 1)) === 0) return alignment;
  throw new VitrineError(
    "InvalidFileError",
    `${source.name} has general.alignment ${String(alignment)}; a power of two up to 1048576 is expected.`,
  );
}

interface ParsedTensor {
  readonly name: string;
  readonly shape: readonly bigint[];
  readonly dtype: number;
  readonly offset: bigint;
}

function tensorsOf(
  source: ByteSource,
  infos: readonly ParsedTensor[],
  dataStart: number,
  alignment: number,
): ReadonlyMap<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  for (const info of infos) {
    const tensor = tensorOf(source, info, dataStart, alignment);
    if (tensors.has(tensor.name)) throw invalidTensor(source, tensor.name, "is described twice");
    tensors.set(tensor.name, tensor);
  }
  refuseOverlaps(source, tensors.values());
  return tensors;
}

function tensorOf(source: ByteSource, info: ParsedTensor, dataStart: number, alignment: number): TensorInfo {
  const { name, dtype } = info;
  if (name === "") throw invalidTensor(source, name, "has no name: the header is damaged or truncated");
  if (info.shape.length > 4) throw invalidTensor(source, name, `has ${info.shape.length} dimensions, more than 4`);
  const shape = info.shape.map(Number).reverse();
  const elements = numElements(shape);
  if (shape.some((size) => size < 1) || !Number.isSafeInteger(elements)) {
    throw invalidTensor(source, name, `has the impossible shape [${shape.join(", ")}]`);
  }
  const type = GGML_TYPES.get(dtype);
  if (!type) throw invalidTensor(source, name, `has the unknown type number ${dtype}`);
  const columns = shape[shape.length - 1] ?? 1;
  if (columns % type.blockSize !== 0) {
    throw invalidTensor(
      source,
      name,
      `has rows of ${columns} values, not a multiple of the ${type.blockSize} that a block of ${type.name} holds`,
    );
  }
  const sizeBytes = fileBytes(type, elements);
  const start = dataStart + Number(info.offset);
  if (Number(info.offset) % alignment !== 0) {
    throw invalidTensor(source, name, `starts at offset ${info.offset}, not a multiple of the alignment ${alignment}`);
  }
  if (!(start + sizeBytes <= source.sizeBytes)) {
    throw invalidTensor(
      source,
      name,
      `needs bytes ${start} to ${start + sizeBytes}, but the file ends at ${source.sizeBytes}: it is truncated or damaged`,
    );
  }
  return { name, shape, type: type.name, start, sizeBytes };
}

/** Two tensors on the same bytes: never written by a converter, and a way to make a small file claim much. */
export function refuseOverlaps(source: ByteSource, tensors: Iterable<TensorInfo>): void {
  const ordered = [...tensors].sort((a, b) => a.start - b.start);
  for (const [index, tensor] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next && tensor.start + tensor.sizeBytes > next.start) {
      throw invalidTensor(source, next.name, `starts at byte ${next.start}, inside tensor "${tensor.name}"`);
    }
  }
}

function invalidTensor(source: ByteSource, name: string, what: string): VitrineError {
  return new VitrineError("InvalidFileError", `${source.name}: tensor "${name}" ${what}.`);
}
