/**
 * safetensors files (github.com/huggingface/safetensors#format): 8 bytes of header length, a JSON header
 * { name: { dtype, shape, data_offsets } }, then tensor data. A model may be cut into several files (shards).
 */
import { VitrineError } from "../../shared/errors";
import type { ByteSource } from "./byteSource";
import { type JsonObject, parseJson } from "./json";
import { numElements, type TensorInfo } from "./tensorInfo";

export interface SourcedTensor extends TensorInfo {
  readonly source: ByteSource;
}

const LENGTH_BYTES = 8;
/** The bound of the reference implementation: a header is text about tensors, not data. */
const MAX_HEADER_BYTES = 100_000_000;

/** Bytes per value. Types that we do not compute are read too, so that they are refused later by tensor name. */
const DTYPE_BYTES: ReadonlyMap<string, number> = new Map([
  ["F64", 8],
  ["F32", 4],
  ["F16", 2],
  ["BF16", 2],
  ["F8_E4M3", 1],
  ["F8_E5M2", 1],
  ["F8_E8M0", 1],
  ["I64", 8],
  ["I32", 4],
  ["I16", 2],
  ["I8", 1],
  ["U64", 8],
  ["U32", 4],
  ["U16", 2],
  ["U8", 1],
  ["BOOL", 1],
]);

/**
 * Tensors of all shards by name, in file order.
 * @throws InvalidFileError for damaged files and for a name that two shards hold
 */
export async function readSafetensors(
  sources: readonly ByteSource[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, SourcedTensor>> {
  const tensors = new Map<string, SourcedTensor>();
  for (const source of sources) {
    for (const tensor of await readShard(source, signal)) {
      const other = tensors.get(tensor.name);
      if (other) {
        throw invalid(`Tensor "${tensor.name}" is in both ${other.source.name} and ${source.name}.`);
      }
      tensors.set(tensor.name, tensor);
    }
  }
  return tensors;
}

async function readShard(source: ByteSource, signal?: AbortSignal): Promise<readonly SourcedTensor[]> {
  const { name, sizeBytes } = source;
  if (sizeBytes < LENGTH_BYTES) {
    throw invalid(
      `${name} is not a safetensors file: it has ${sizeBytes} bytes, fewer than its ${LENGTH_BYTES}-byte start.`,
    );
  }
  const start = await source.read(0, LENGTH_BYTES, signal);
  const length = Number(new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (length > sizeBytes - LENGTH_BYTES || length > MAX_HEADER_BYTES || length < 2) {
    throw invalid(
      `${name} is not a safetensors file, or truncated: it claims a header of ${length} bytes and has ${sizeBytes} in all.`,
    );
  }
  const header = parseJson(name, await source.read(LENGTH_BYTES, length, signal));
  const dataStart = LENGTH_BYTES + length;
  const tensors = Object.entries(header)
    .filter(([key]) => key !== "__metadata__")
    .map(([key, entry]) => ({ ...tensorOf(source, key, entry, dataStart), source }));
  refuseOverlaps(name, tensors);
  return tensors;
}

function tensorOf(source: ByteSource, name: string, entry: unknown, dataStart: number): TensorInfo {
  const fail = (what: string) => invalid(`${source.name}: tensor "${name}" ${what}.`);
  if (name === "") throw fail("has no name");
  if (typeof entry !== "object" || entry === null) throw fail("has no description");
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  const bytes = typeof dtype === "string" ? DTYPE_BYTES.get(dtype) : undefined;
  if (typeof dtype !== "string" || bytes === undefined) throw fail(`has the unknown type ${JSON.stringify(dtype)}`);
  if (!isCounts(shape)) throw fail(`has the impossible shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) throw fail(`has the impossible offsets ${JSON.stringify(offsets)}`);
  const [begin = 0, end = 0] = offsets;
  const sizeBytes = numElements(shape) * bytes;
  if (end - begin !== sizeBytes) {
    throw fail(`is described as ${sizeBytes} bytes ([${shape.join(", ")}] of ${dtype}) but given ${end - begin}`);
  }
  if (dataStart + end > source.sizeBytes) {
    throw fail(
      `needs bytes up to ${dataStart + end}, but the file ends at ${source.sizeBytes}: it is truncated; get it again`,
    );
  }
  return { name, shape, type: dtype, start: dataStart + begin, sizeBytes };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** Two tensors on the same bytes are never written by a converter. */
function refuseOverlaps(fileName: string, tensors: readonly TensorInfo[]): void {
  const ordered = tensors.filter((tensor) => tensor.sizeBytes > 0).sort((a, b) => a.start - b.start);
  for (const [index, tensor] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next && tensor.start + tensor.sizeBytes > next.start) {
      throw invalid(`${fileName}: tensor "${next.name}" begins inside tensor "${tensor.name}".`);
    }
  }
}

/** File names in a model.safetensors.index.json, without repeats. @throws InvalidFileError when it has no weight_map */
export function shardNames(indexName: string, index: JsonObject): readonly string[] {
  return [...new Set(Object.values(weightMap(indexName, index)))];
}

/** Every tensor that the index names must be in the shard that it names. @throws InvalidFileError */
export function checkIndex(
  indexName: string,
  index: JsonObject,
  tensors: ReadonlyMap<string, SourcedTensor>,
  baseName: (path: string) => string,
): void {
  for (const [name, shard] of Object.entries(weightMap(indexName, index))) {
    const found = tensors.get(name);
    if (!found) throw invalid(`${indexName} says that ${shard} holds tensor "${name}", but it does not.`);
    if (baseName(found.source.name) !== baseName(shard)) {
      throw invalid(`${indexName} says that ${shard} holds tensor "${name}", but ${found.source.name} does.`);
    }
  }
}

function weightMap(indexName: string, index: JsonObject): Readonly<Record<string, string>> {
  const map = index.weight_map;
  const entries = typeof map === "object" && map !== null && !Array.isArray(map) ? Object.entries(map) : [];
  if (entries.length === 0 || entries.some(([, shard]) => typeof shard !== "string" || shard === "")) {
    throw invalid(`${indexName} has no usable weight_map from tensor names to file names.`);
  }
  return map as Record<string, string>;
}

function invalid(message: string): VitrineError {
  return new VitrineError("InvalidFileError", message);
}
