/** A `ByteSource` over HTTP: ranges where the server offers them, one streamed download where it does not. */
import { isErrorNamed, VitrineError } from "../../shared/errors";
import { type ByteSource, blobSource, checkRange, memorySource, throwIfCancelled } from "./byteSource";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface UrlSourceOptions {
  readonly signal?: AbortSignal;
  readonly fetch?: Fetch;
  /** Called while a server without ranges sends the whole file. `totalBytes` is null when it does not say. */
  readonly onDownload?: (doneBytes: number, totalBytes: number | null) => void;
}

/** A server answered 404 or 410: the caller may know another place to look. */
export function isNotFound(error: unknown): boolean {
  return isErrorNamed(error, "DownloadError") && error instanceof Error && /HTTP (404|410)\b/.test(error.message);
}

/**
 * Asks for one byte to learn the size and whether ranges work.
 * @throws DownloadError with status and URL, CancelledError
 */
export async function urlSource(url: string, options: UrlSourceOptions = {}): Promise<ByteSource> {
  const fetcher: Fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const name = fileNameOf(url);
  const first = await request(fetcher, url, { headers: { Range: "bytes=0-0" } }, options.signal);
  if (first.status === 206) {
    await first.body?.cancel();
    const sizeBytes = totalOf(first) ?? (await contentLength(fetcher, url, options.signal));
    if (sizeBytes !== null) return rangedSource(fetcher, url, name, sizeBytes, options.signal);
    const whole = await request(fetcher, url, {}, options.signal);
    return downloadedSource(whole, url, name, options);
  }
  if (first.status === 416 && totalOf(first) === 0) return memorySource(new Uint8Array(0), name);
  return downloadedSource(first, url, name, options);
}

function rangedSource(fetcher: Fetch, url: string, name: string, sizeBytes: number, outer?: AbortSignal): ByteSource {
  return {
    name,
    sizeBytes,
    async read(start, length, signal = outer) {
      throwIfCancelled(signal, name);
      checkRange(name, sizeBytes, start, length);
      if (length === 0) return new Uint8Array(0);
      const response = await request(
        fetcher,
        url,
        { headers: { Range: `bytes=${start}-${start + length - 1}` } },
        signal,
      );
      const total = totalOf(response);
      if (response.status !== 206 || (total !== null && total !== sizeBytes)) {
        await response.body?.cancel();
        throw new VitrineError(
          "DownloadError",
          `${url} changed while it was read: HTTP ${response.status}, ${total ?? "unknown"} bytes instead of ${sizeBytes}. Load it again.`,
        );
      }
      const bytes = await settle(response.arrayBuffer(), url, signal);
      if (bytes.byteLength !== length) {
        throw new VitrineError(
          "DownloadError",
          `${url} sent ${bytes.byteLength} bytes of ${length} asked for at byte ${start}. Load it again.`,
        );
      }
      return new Uint8Array(bytes);
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
  if (!response.ok) throw httpError(url, response.status);
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
  return blobSource(blob, name);
}

async function request(fetcher: Fetch, url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  throwIfCancelled(signal, url);
  const response = await settle(fetcher(url, signal ? { ...init, signal } : init), url, signal);
  if (response.ok || (response.status === 416 && totalOf(response) === 0)) return response;
  await response.body?.cancel();
  throw httpError(url, response.status);
}

/** Turns what `fetch` and bodies reject with into our errors. */
async function settle<T>(promise: Promise<T>, url: string, signal?: AbortSignal): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    if (signal?.aborted || (cause instanceof Error && cause.name === "AbortError")) {
      throw new VitrineError("CancelledError", `Downloading ${url} was cancelled.`);
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VitrineError(
      "DownloadError",
      `${url} could not be fetched (${reason}). Check the address and the connection; the server must also allow other sites to read it (CORS).`,
      { cause },
    );
  }
}

function httpError(url: string, status: number): VitrineError {
  const hint =
    status === 404 ? "There is no such file." : status === 401 || status === 403 ? "It is not public." : "Try later.";
  return new VitrineError("DownloadError", `${url} answered HTTP ${status}. ${hint}`);
}

/** The size after the slash of "Content-Range: bytes 0-0/123"; null when absent, hidden by CORS or "*". */
function totalOf(response: Response): number | null {
  const match = /\/\s*(\d+)\s*$/.exec(response.headers.get("content-range") ?? "");
  return match ? Number(match[1]) : null;
}

/** CORS hides Content-Range unless the server exposes it, but never Content-Length: ask with HEAD. */
async function contentLength(fetcher: Fetch, url: string, signal?: AbortSignal): Promise<number | null> {
  const response = await request(fetcher, url, { method: "HEAD" }, signal);
  const length = response.headers.get("content-length");
  if (length === null || response.headers.get("content-encoding")) return null;
  return /^\d+$/.test(length) ? Number(length) : null;
}

function fileNameOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  const last = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last) || url;
  } catch {
    return last || url;
  }
}
