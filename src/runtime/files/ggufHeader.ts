/**
 * Walks over the metadata of a GGUF header without interpreting it, to know that every length in it stays inside
 * the file before a parser believes one, and where its strings lie.
 */

import { VitrineError } from "../../shared/errors";
import { joinBytes } from "../../shared/joinBytes";
import type { ByteSource } from "./byteSource";

/** Magic, version, number of tensors, number of metadata entries. */
const START_BYTES = 24;
/** Key length (8) and one byte of key, value type (4), value (1). */
const MIN_ENTRY_BYTES = 14;
/** Name length (8) and one byte of name, number of dimensions (4), type (4), offset (8). */
const MIN_TENSOR_BYTES = 25;
/** Ten times what the largest models have; each costs a parser a few hundred bytes of memory. */
const MAX_TENSORS = 100_000;
/** What the library reads of a header. The largest vocabulary known, Gemma's, makes one of 16 MB. */
const MAX_HEADER_BYTES = 50_000_000;
/** Little enough that a small file's weights are not read with its header; four times as much at each further try. */
const FIRST_READ_BYTES = 65_536;
/** A tensor with more dimensions is refused by its name later; here it must only not be walked. */
const MAX_DIMENSIONS = 64;

export const VALUE_TYPE = { string: 8, array: 9 } as const;
/** Bytes of the fixed-size value types, by type number: u8 i8 u16 i16 u32 i32 f32 bool - - u64 i64 f64. */
const VALUE_BYTES: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

/** Where the value of a metadata entry lies in the header. */
export interface HeaderEntry {
  readonly key: string;
  readonly type: number;
  /** Of an array's elements; -1 for other values. */
  readonly elementType: number;
  /** Elements of an array; 1 for other values. */
  readonly count: number;
  /** First byte of the value or of the array's first element. */
  readonly start: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly entries: readonly HeaderEntry[];
  /** The beginning of the file, at least to the end of the tensor descriptions. */
  readonly bytes: Uint8Array;
}

/** True for the four bytes every GGUF file begins with. */
export function hasGgufMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x47 && bytes[1] === 0x47 && bytes[2] === 0x55 && bytes[3] === 0x46;
}

/** @throws InvalidFileError not GGUF, a version we do not read, or lengths and counts that the file cannot hold */
export async function scanHeader(source: ByteSource, signal?: AbortSignal): Promise<GgufHeader> {
  let bytes = await source.read(0, Math.min(START_BYTES, source.sizeBytes), signal);
  const { version, entryCount, tensorCount } = checkStart(source, bytes);
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const end = Math.min(length, source.sizeBytes, MAX_HEADER_BYTES);
    bytes = joinBytes([bytes, await source.read(bytes.length, end - bytes.length, signal)]);
    const walk = new HeaderWalker(bytes, START_BYTES);
    const entries = walkEntries(source, walk, entryCount);
    // Entries alone do where the file ends in the descriptions: their reader says which tensor is cut off.
    if (entries && (walkTensors(walk, tensorCount) || end === source.sizeBytes)) return { version, entries, bytes };
    if (end < length) throw endless(source);
  }
}

export function endless(source: ByteSource): VitrineError {
  return invalid(
    `${source.name} is truncated or damaged: its header does not end within its ${source.sizeBytes} bytes, ` +
      `or not within the ${MAX_HEADER_BYTES} that are read of it.`,
  );
}

interface Start {
  readonly version: number;
  readonly entryCount: number;
  readonly tensorCount: number;
}

function checkStart(source: ByteSource, bytes: Uint8Array): Start {
  const { name, sizeBytes } = source;
  if (!hasGgufMagic(bytes)) {
    throw invalid(`${name} is not a GGUF file: it does not begin with the letters GGUF.`);
  }
  if (bytes.length < START_BYTES) {
    throw invalid(`${name} is truncated: it has ${sizeBytes} bytes, a GGUF header at least ${START_BYTES}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4, true);
  if (version !== 2 && version !== 3) {
    // A big-endian file has its version in the other byte order: 3 reads as 0x03000000.
    const swapped = view.getUint32(4, false);
    if (swapped >= 1 && swapped <= 3) throw invalid(`${name} is a big-endian GGUF file; only little-endian is read.`);
    throw invalid(`${name} has GGUF version ${version}; versions 2 and 3 are read. Convert the model again.`);
  }
  const tensorCount = Number(view.getBigUint64(8, true));
  const entryCount = Number(view.getBigUint64(16, true));
  const needed = START_BYTES + tensorCount * MIN_TENSOR_BYTES + entryCount * MIN_ENTRY_BYTES;
  if (needed > sizeBytes || tensorCount > MAX_TENSORS) {
    throw invalid(
      `${name} claims ${tensorCount} tensors and ${entryCount} metadata entries, which need at least ${needed} bytes; ` +
        `the file has ${sizeBytes}, and more than ${MAX_TENSORS} tensors are never real. It is truncated or damaged.`,
    );
  }
  return { version, entryCount, tensorCount };
}

/** Each metadata entry with its key, as it is in the file. */
export function entryBytes({ bytes, entries }: GgufHeader): Uint8Array[] {
  let start = START_BYTES;
  return entries.map(({ type, elementType, count, start: value }) => {
    const walk = new HeaderWalker(bytes, value);
    const valueType = type === VALUE_TYPE.array ? elementType : type;
    if (valueType === VALUE_TYPE.string) for (let item = 0; item < count; item++) walk.string();
    else walk.offset += count * (VALUE_BYTES[valueType] ?? 0);
    const entry = bytes.subarray(start, walk.offset);
    start = walk.offset;
    return entry;
  });
}

/** Null when the metadata goes on after `bytes`. */
function walkEntries(source: ByteSource, walk: HeaderWalker, entryCount: number): HeaderEntry[] | null {
  const entries: HeaderEntry[] = [];
  const seen = new Set<string>();
  for (let index = 0; index < entryCount; index++) {
    const keyBytes = walk.string();
    const type = walk.uint32();
    const isArray = type === VALUE_TYPE.array;
    const elementType = isArray ? walk.uint32() : -1;
    const count = isArray ? walk.uint64() : 1;
    const start = walk.offset;
    if (walk.isPastEnd) return null;
    const key = new TextDecoder().decode(keyBytes);
    const fail = (what: string) => invalid(`${source.name} is damaged: metadata entry ${index} ("${key}") ${what}.`);
    if (key === "" || seen.has(key)) throw fail(key === "" ? "has no name" : "is there twice");
    seen.add(key);
    // llama.cpp reads no arrays of arrays either; the library would, at a cost that grows with their product.
    const valueType = isArray ? elementType : type;
    if (valueType === VALUE_TYPE.array) throw fail("is an array of arrays");
    if (valueType !== VALUE_TYPE.string && !VALUE_BYTES[valueType]) throw fail(`has the unknown type ${valueType}`);
    const least = valueType === VALUE_TYPE.string ? 8 : (VALUE_BYTES[valueType] ?? 0);
    if (start + count * least > source.sizeBytes) {
      throw fail(`claims ${count} values from byte ${start} on; the file has ${source.sizeBytes} bytes`);
    }
    if (valueType === VALUE_TYPE.string) for (let item = 0; item < count && !walk.isPastEnd; item++) walk.string();
    else walk.offset += count * least;
    if (walk.isPastEnd) return null;
    entries.push({ key, type, elementType, count, start });
  }
  return entries;
}

/** False when the descriptions of the tensors go on after what was read. */
function walkTensors(walk: HeaderWalker, tensorCount: number): boolean {
  for (let index = 0; index < tensorCount; index++) {
    walk.string();
    const dimensions = walk.uint32();
    // Sizes (8 each), type (4), offset (8).
    walk.offset += Math.min(dimensions, MAX_DIMENSIONS) * 8 + 12;
    if (walk.isPastEnd) return false;
  }
  return true;
}

/** Reads lengths and strings; past the end it gives zeros and says so. */
export class HeaderWalker {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public offset: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isPastEnd(): boolean {
    return this.offset > this.bytes.length;
  }

  uint32(): number {
    this.offset += 4;
    return this.isPastEnd ? 0 : this.view.getUint32(this.offset - 4, true);
  }

  uint64(): number {
    this.offset += 8;
    return this.isPastEnd ? 0 : Number(this.view.getBigUint64(this.offset - 8, true));
  }

  string(): Uint8Array {
    const length = this.uint64();
    this.offset += length;
    return this.isPastEnd ? new Uint8Array(0) : this.bytes.subarray(this.offset - length, this.offset);
  }
}

function invalid(message: string): VitrineError {
  return new VitrineError("InvalidFileError", message);
}
