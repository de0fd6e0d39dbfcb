/** A `ByteSource` over HTTP: ranges where the server offers them, one streamed download where it does not. */
import { VitrineError } from "../../shared/errors";
import { type ByteSource, blobSource, checkRange, memorySource, throwIfCancelled } from "./byteSource";
import { contentLength, type Fetch, fileNameOf, request, settle, totalOf, versionOf } from "./httpRequest";
import { type DownloadOptions, RangeDownload } from "./rangeDownload";

export interface UrlSourceOptions extends DownloadOptions {
  /** Called while a server without ranges sends the whole file. `totalBytes` is null when it does not say. */
  readonly onDownload?: (doneBytes: number, totalBytes: number | null) => void;
}

/**
 * Asks for one byte to learn the size, the version, and whether ranges work.
 * @throws DownloadError with status and URL, CancelledError
 */
export async function urlSource(url: string, options: UrlSourceOptions = {}): Promise<ByteSource> {
  const fetcher: Fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const name = fileNameOf(url);
  const own = { ...options.headers?.(url) };
  const first = await request(fetcher, url, { headers: { ...own, Range: "bytes=0-0" } }, options.signal);
  if (first.status === 206) {
    await first.body?.cancel();
    const sizeBytes = totalOf(first) ?? (await contentLength(fetcher, url, { headers: own }, options.signal));
    if (sizeBytes !== null) return rangedSource(url, name, sizeBytes, versionOf(first), options);
    const whole = await request(fetcher, url, { headers: own }, options.signal);
    return downloadedSource(whole, url, name, options);
  }
  if (first.status === 416 && totalOf(first) === 0) return memorySource(new Uint8Array(0), name);
  return downloadedSource(first, url, name, options);
}

export interface UrlProbe {
  /** Null: the server does not say. */
  readonly sizeBytes: number | null;
  readonly version: string | null;
}

/** What `urlSource` would find, without taking more than one byte. @throws DownloadError, CancelledError */
export async function probeUrl(url: string, options: DownloadOptions = {}): Promise<UrlProbe> {
  const fetcher: Fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const own = { ...options.headers?.(url) };
  const first = await request(fetcher, url, { headers: { ...own, Range: "bytes=0-0" } }, options.signal);
  await first.body?.cancel();
  const version = versionOf(first);
  if (first.status !== 206) {
    const length = first.headers.get("content-encoding") ? null : first.headers.get("content-length");
    return { sizeBytes: length === null ? null : Number(length), version };
  }
  return {
    sizeBytes: totalOf(first) ?? (await contentLength(fetcher, url, { headers: own }, options.signal)),
    version,
  };
}

function rangedSource(
  url: string,
  name: string,
  sizeBytes: number,
  version: string | null,
  options: DownloadOptions,
): ByteSource {
  const download = new RangeDownload(url, sizeBytes, version, options);
  return {
    name,
    sizeBytes,
    origin: { url, version, canResume: true },
    async read(start, length, signal = options.signal) {
      throwIfCancelled(signal, name);
      checkRange(name, sizeBytes, start, length);
      return download.read(start, start + length, signal);
    },
    stream(start, end, signal = options.signal, onReceived = undefined, ends = undefined) {
      checkRange(name, sizeBytes, start, end - start);
      return download.stream(start, end, signal, onReceived, ends);
    },
  };
}

/** No ranges: the body goes to a Blob, which browsers may keep on disk, never to one large array. */
async function downloadedSource(
  response: Response,
  url: string,
  name: string,
  options: UrlSourceOptions,
): Promise<ByteSource> {
  const declared = Number(response.headers.get("content-length") ?? Number.NaN);
  // With a content encoding the declared length is that of the compressed bytes.
  const total = Number.isSafeInteger(declared) && !response.headers.get("content-encoding") ? declared : null;
  let done = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        done += chunk.byteLength;
        options.onDownload?.(done, total);
        controller.enqueue(chunk);
      },
    }),
  );
  const blob = await settle(new Response(counted ?? null).blob(), url, options.signal);
  if (total !== null && blob.size !== total) {
    throw new VitrineError("DownloadError", `${url} ended after ${blob.size} of ${total} bytes. Load it again.`);
  }
  return { ...blobSource(blob, name), origin: { url, version: versionOf(response), canResume: false } };
}
