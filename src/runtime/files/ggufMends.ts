/**
 * What @huggingface/gguf 0.4.6 gets wrong for files that are damaged or hold odd bytes, mended in one place:
 *
 * 1. It believes counts and lengths: 32 bytes can claim 9 million tensors, and it walks them all. `scanHeader`
 *    checks them against the file before the library sees it.
 * 2. It reads in chunks of 2 MB and takes what a short last chunk lacks for zeros. `readGguf` compares the end of
 *    the header with the file's size, and `HeaderFetch` ends a walk through zeros early. (One empty chunk it must
 *    give: the library reads ahead when less than 500 kB of a chunk are left, also at the end of a file.)
 * 3. A string that lies across a chunk's end may be cut without notice, TextDecoder drops a leading U+FEFF (three
 *    different tokens of Gemma become one), and bytes that are not UTF-8 become U+FFFD. `restoreStrings` decodes
 *    such strings again from the bytes and keeps the bytes that are no text.
 */
import type { ByteSource } from "./byteSource";
import type { GgufValue } from "./ggufFile";
import { endless, type GgufHeader, HeaderWalker, VALUE_TYPE } from "./ggufHeader";

/** Serves what the scan has read to the library as if it were a file on a server. */
export class HeaderFetch {
  readonly fetch: typeof fetch;
  private isPastEnd = false;

  constructor(source: ByteSource, scanned: Uint8Array) {
    this.fetch = async (_url, init) => {
      const [start = 0, last = 0] = rangeOf(init);
      const end = Math.min(last + 1, scanned.length);
      if (end <= start && this.isPastEnd) throw endless(source);
      this.isPastEnd = end <= start;
      const bytes = scanned.slice(start, Math.max(start, end)) as Uint8Array<ArrayBuffer>;
      return new Response(bytes, { status: 206 });
    };
  }
}

function rangeOf(init: RequestInit | undefined): number[] {
  const range = new Headers(init?.headers).get("range") ?? "";
  return range.replace("bytes=", "").split("-").map(Number);
}

/**
 * Repairs the strings of `metadata` in place.
 * @returns for each array of strings, the bytes of the elements that are not valid UTF-8, by index
 */
export function restoreStrings(
  header: GgufHeader,
  metadata: Record<string, GgufValue>,
): ReadonlyMap<string, ReadonlyMap<number, Uint8Array>> {
  const rawByKey = new Map<string, ReadonlyMap<number, Uint8Array>>();
  for (const { key, type, elementType, start } of header.entries) {
    const walk = new HeaderWalker(header.bytes, start);
    const value = metadata[key];
    if (type === VALUE_TYPE.string) metadata[key] = LENIENT.decode(walk.string());
    else if (elementType === VALUE_TYPE.string && Array.isArray(value)) rawByKey.set(key, restoreArray(walk, value));
  }
  return rawByKey;
}

const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

function restoreArray(walk: HeaderWalker, strings: GgufValue[]): ReadonlyMap<number, Uint8Array> {
  const raw = new Map<number, Uint8Array>();
  for (let index = 0; index < strings.length; index++) {
    const bytes = walk.string();
    const text = strings[index];
    const isBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    // Decoding every token twice would cost; these are the signs that the library's string may be wrong.
    const suspect = isBom || index === strings.length - 1 || (typeof text === "string" && text.includes("\uFFFD"));
    if (!suspect) continue;
    strings[index] = LENIENT.decode(bytes);
    try {
      STRICT.decode(bytes);
    } catch {
      raw.set(index, bytes.slice());
    }
  }
  return raw;
}
