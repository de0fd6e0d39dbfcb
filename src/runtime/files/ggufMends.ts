/**
 * What @huggingface/gguf 0.4.6 gets wrong for files that are damaged or hold odd bytes, mended in one place:
 *
 * 1. It believes the counts of the header: 32 bytes can claim 9 million tensors, and it walks them all.
 *    `checkStart` compares the counts with the file's size before the library sees the file.
 * 2. It reads in chunks of 2 MB and takes what a short last chunk lacks for zeros. `readGguf` compares the end of
 *    the header with the file's size, and `HeaderReader.fetch` ends a walk through zeros early. (One empty chunk
 *    it must give: the library reads ahead when less than 500 kB of a chunk are left, also at the end of a file.)
 * 3. A string that lies across a chunk's end is cut without notice, TextDecoder drops a leading U+FEFF (three
 *    different tokens of Gemma become one), and bytes that are not UTF-8 become U+FFFD. `restoreStrings` decodes
 *    such elements of string arrays again from the bytes and keeps the bytes that are no text.
 */
import { VitrineError } from "../../shared/errors";
import type { ByteSource } from "./byteSource";
import type { GgufValue } from "./ggufFile";

/** Magic, version, number of tensors, number of metadata entries. */
const START_BYTES = 24;
/** Key length (8) and one byte of key, value type (4), value (1). */
const MIN_KV_BYTES = 14;
/** Name length (8) and one byte of name, number of dimensions (4), type (4), offset (8). */
const MIN_TENSOR_BYTES = 25;
const TYPE_STRING = 8;
const TYPE_ARRAY = 9;
/** Bytes of the fixed-size value types, by type number: u8 i8 u16 i16 u32 i32 f32 bool - - u64 i64 f64. */
const VALUE_BYTES: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

export interface GgufStart {
  readonly version: number;
  readonly tensorCount: number;
  readonly kvCount: number;
}

/** True for the four bytes every GGUF file begins with. */
export function hasGgufMagic(bytes: Uint8Array): boolean {
  return bytes[0] === 0x47 && bytes[1] === 0x47 && bytes[2] === 0x55 && bytes[3] === 0x46;
}

/** @throws InvalidFileError not GGUF, a version we do not read, or counts that the file cannot hold */
export async function checkStart(source: ByteSource, signal?: AbortSignal): Promise<GgufStart> {
  const { name, sizeBytes } = source;
  const bytes = await source.read(0, Math.min(START_BYTES, sizeBytes), signal);
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
  const kvCount = Number(view.getBigUint64(16, true));
  const needed = START_BYTES + tensorCount * MIN_TENSOR_BYTES + kvCount * MIN_KV_BYTES;
  if (needed > sizeBytes) {
    throw invalid(
      `${name} claims ${tensorCount} tensors and ${kvCount} metadata entries, which need at least ${needed} bytes; ` +
        `the file has ${sizeBytes}. It is truncated or damaged.`,
    );
  }
  return { version, tensorCount, kvCount };
}

/** Serves ranges of a source to the library as if from a server, and remembers the bytes it served. */
export class HeaderReader {
  readonly fetch: typeof fetch;
  private readonly chunks: Uint8Array[] = [];
  private isPastEnd = false;

  constructor(
    private readonly source: ByteSource,
    private readonly signal?: AbortSignal,
  ) {
    this.fetch = async (_url, init) => {
      const [start = 0, last = 0] = rangeOf(init);
      const length = Math.max(0, Math.min(last + 1, source.sizeBytes) - start);
      if (length === 0 && this.isPastEnd) {
        throw invalid(`${source.name} is truncated: its header goes on after byte ${source.sizeBytes}, the last.`);
      }
      this.isPastEnd = length === 0;
      const bytes = length === 0 ? new Uint8Array(0) : await source.read(start, length, signal);
      this.chunks.push(bytes);
      return new Response(bytes as Uint8Array<ArrayBuffer>, { status: 206 });
    };
  }

  /**
   * The first `length` bytes of the file. The library asked for them in order and without gaps, but not always to
   * the end: it does not notice that the last string of a header is cut.
   */
  async bytes(length: number): Promise<Uint8Array> {
    const served = this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (served < length) this.chunks.push(await this.source.read(served, length - served, this.signal));
    const joined = new Uint8Array(Math.max(served, length));
    let offset = 0;
    for (const chunk of this.chunks) {
      joined.set(chunk, offset);
      offset += chunk.length;
    }
    return joined;
  }
}

function rangeOf(init: RequestInit | undefined): number[] {
  const range = new Headers(init?.headers).get("range") ?? "";
  return range.replace("bytes=", "").split("-").map(Number);
}

/**
 * Repairs the strings of `metadata` in place. `bytes` must hold a header that the library read to its end.
 * @returns for each array, the bytes of the elements that are not valid UTF-8, by index
 */
export function restoreStrings(
  fileName: string,
  bytes: Uint8Array,
  kvCount: number,
  metadata: Record<string, GgufValue>,
): Map<string, Map<number, Uint8Array>> {
  const rawByKey = new Map<string, Map<number, Uint8Array>>();
  const seen = new Set<string>();
  const walk = new Walker(bytes);
  walk.offset = START_BYTES;
  for (let index = 0; index < kvCount; index++) {
    const key = new TextDecoder().decode(walk.string());
    if (key === "" || seen.has(key)) {
      throw invalid(
        `${fileName} is damaged: metadata entry ${index} ${key === "" ? "has no name" : `repeats "${key}"`}.`,
      );
    }
    seen.add(key);
    const type = walk.uint32();
    if (type === TYPE_STRING) {
      metadata[key] = new TextDecoder("utf-8", { ignoreBOM: true }).decode(walk.string());
      continue;
    }
    if (type !== TYPE_ARRAY) {
      walk.skip(type);
      continue;
    }
    const elementType = walk.uint32();
    const count = walk.uint64();
    const strings = metadata[key];
    if (elementType === TYPE_STRING && Array.isArray(strings) && strings.length === count) {
      rawByKey.set(key, restoreArray(walk, strings));
    } else {
      for (let element = 0; element < count; element++) walk.skip(elementType);
    }
  }
  return rawByKey;
}

function restoreArray(walk: Walker, strings: GgufValue[]): Map<number, Uint8Array> {
  const raw = new Map<number, Uint8Array>();
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  for (let index = 0; index < strings.length; index++) {
    const bytes = walk.string();
    const text = strings[index];
    const isBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    // Decoding every token twice would cost; these are the signs that the library's string may be wrong.
    const suspect = isBom || index === strings.length - 1 || (typeof text === "string" && text.includes("\uFFFD"));
    if (!suspect) continue;
    strings[index] = lenient.decode(bytes);
    try {
      strict.decode(bytes);
    } catch {
      raw.set(index, bytes.slice());
    }
  }
  return raw;
}

/** Walks over values without interpreting them. */
class Walker {
  offset = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint32(): number {
    this.offset += 4;
    return this.view.getUint32(this.offset - 4, true);
  }

  uint64(): number {
    this.offset += 8;
    return Number(this.view.getBigUint64(this.offset - 8, true));
  }

  string(): Uint8Array {
    const length = this.uint64();
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  skip(type: number): void {
    if (type === TYPE_STRING) {
      this.string();
    } else if (type === TYPE_ARRAY) {
      const elementType = this.uint32();
      const count = this.uint64();
      const fixed = VALUE_BYTES[elementType] ?? 0;
      if (fixed > 0) this.offset += fixed * count;
      else for (let element = 0; element < count; element++) this.skip(elementType);
    } else {
      this.offset += VALUE_BYTES[type] ?? 0;
    }
  }
}

function invalid(message: string): VitrineError {
  return new VitrineError("InvalidFileError", message);
}
