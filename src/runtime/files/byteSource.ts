/**
 * Where bytes come from: a file the person chose, memory, or a URL. Everything above reads ranges and does not
 * know which. `ByteStore` is where bytes can be kept between visits (IndexedDB in the browser).
 */
import { VitrineError } from "../../shared/errors";

export interface ByteSource {
  /** File name for messages; may carry folders ("model/config.json"). */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `start`.
   * @throws InvalidFileError past the end, DownloadError, CancelledError
   */
  read(start: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * Bytes [start, end) in order, in pieces of any size, each there until the next is asked for; where reading ahead
   * pays. Throws what `read` does.
   * @param onReceived told of bytes as they come, also of those ahead
   * @param ends where pieces shall end: they then may be kept
   */
  stream?(
    start: number,
    end: number,
    signal?: AbortSignal,
    onReceived?: OnReceived,
    ends?: readonly number[],
  ): AsyncIterable<Uint8Array>;
  /** Where the bytes come from, if from a server. */
  readonly origin?: SourceOrigin;
}

export interface SourceOrigin {
  readonly url: string;
  /** ETag, or else the date of the last change; null when the server names neither. */
  readonly version: string | null;
  /** A cut download goes on where it was; otherwise it begins anew. */
  readonly canResume: boolean;
}

export type OnReceived = (bytes: number) => void;

/** Byte records by key, kept between visits. */
export interface ByteStore {
  /** Null: no such key. @throws StorageError */
  get(key: string): Promise<Uint8Array | null>;
  /** All of them or none, also when the tab is closed meanwhile; null deletes. @throws StorageError */
  put(entries: readonly StoreEntry[]): Promise<void>;
  /** Those that begin with `prefix`. @throws StorageError */
  keys(prefix: string): Promise<string[]>;
}

export type StoreEntry = readonly [key: string, bytes: Uint8Array | null];

const STREAM_BYTES = 4 * 2 ** 20;

/** `source.stream`, or reads one after the other where it has none. */
export function streamOf(
  source: ByteSource,
  start: number,
  end: number,
  signal?: AbortSignal,
  onReceived?: OnReceived,
  ends?: readonly number[],
): AsyncIterable<Uint8Array> {
  return source.stream?.(start, end, signal, onReceived, ends) ?? readOn(source, start, end, signal);
}

async function* readOn(
  source: ByteSource,
  start: number,
  end: number,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  for (let at = start; at < end; at += STREAM_BYTES) {
    yield await source.read(at, Math.min(STREAM_BYTES, end - at), signal);
  }
}

/** @throws CancelledError */
export function throwIfCancelled(signal: AbortSignal | undefined, name: string): void {
  if (signal?.aborted) throw new VitrineError("CancelledError", `Reading ${name} was cancelled.`);
}

/** @throws InvalidFileError when `[start, start + length)` is not inside the file */
export function checkRange(name: string, sizeBytes: number, start: number, length: number): void {
  const sound = Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length >= 0;
  if (sound && start + length <= sizeBytes) return;
  throw new VitrineError(
    "InvalidFileError",
    `${name} ends at byte ${sizeBytes}, but bytes ${start} to ${start + length} are needed. ` +
      "The file is truncated or damaged; get it again.",
  );
}

/** A file or blob of the browser; only the ranges that are read are held in memory. */
export function blobSource(blob: Blob, name: string): ByteSource {
  return {
    name,
    sizeBytes: blob.size,
    async read(start, length, signal) {
      throwIfCancelled(signal, name);
      checkRange(name, blob.size, start, length);
      let bytes: Uint8Array;
      try {
        bytes = new Uint8Array(await blob.slice(start, start + length).arrayBuffer());
      } catch (cause) {
        // The browser forgets a chosen file that was moved or changed on disk.
        throw new VitrineError(
          "InvalidFileError",
          `${name} can no longer be read: it was moved or changed since it was chosen. Choose it again.`,
          { cause },
        );
      }
      throwIfCancelled(signal, name);
      checkRange(name, bytes.length, 0, length);
      return bytes;
    },
  };
}

/** Bytes in memory. `read` returns copies, so that callers may transfer them. */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    async read(start, length, signal) {
      throwIfCancelled(signal, name);
      checkRange(name, bytes.length, start, length);
      return bytes.slice(start, start + length);
    },
  };
}

/** The whole of a small file. @throws InvalidFileError when it is larger than `maxBytes` */
export async function readSmall(source: ByteSource, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  if (source.sizeBytes > maxBytes) {
    throw new VitrineError(
      "InvalidFileError",
      `${source.name} has ${source.sizeBytes} bytes; a file of this kind has at most ${maxBytes}.`,
    );
  }
  return source.read(0, source.sizeBytes, signal);
}

/** As UTF-8. @throws InvalidFileError when it is larger than `maxBytes` */
export async function readText(source: ByteSource, maxBytes: number, signal?: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await readSmall(source, maxBytes, signal));
}
