/** Remembers the beginning of a file, as far as it was read in order: headers are read piece by piece, and kept. */
import { type ByteSource, streamOf } from "./byteSource";

export interface PrefixSource extends ByteSource {
  /** Bytes [0, length) that are known; asks for what is missing of them. */
  prefix(length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Headers have at most 50 MB; what is read beyond belongs to tensors. */
const MAX_PREFIX_BYTES = 50_000_000;

export function prefixSource(source: ByteSource): PrefixSource {
  let known: Uint8Array = new Uint8Array(0);
  const read: ByteSource["read"] = async (start, length, signal) => {
    if (start + length <= known.length) return known.slice(start, start + length);
    const bytes = await source.read(start, length, signal);
    if (start <= known.length && start + length <= MAX_PREFIX_BYTES) {
      const longer = new Uint8Array(start + length);
      longer.set(known.subarray(0, start));
      longer.set(bytes, start);
      known = longer;
    }
    return bytes;
  };
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    origin: source.origin,
    read,
    async prefix(length, signal) {
      if (length > known.length) await read(known.length, length - known.length, signal);
      return known.subarray(0, length);
    },
    async *stream(start, end, signal, onReceived, ends) {
      const split = Math.min(end, Math.max(start, known.length));
      if (start < split) {
        onReceived?.(split - start);
        yield known.slice(start, split);
      }
      if (split < end) yield* streamOf(source, split, end, signal, onReceived, ends);
    },
  };
}
