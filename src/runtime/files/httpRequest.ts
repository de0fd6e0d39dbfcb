/** One request over HTTP: what went wrong as a typed error that says what to do, and what the headers tell. */

import { isErrorNamed, VitrineError } from "../../shared/errors";
import { baseName } from "./baseName";
import { throwIfCancelled } from "./byteSource";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A status that says no, and says the same when asked again. */
const FINAL = new Set([400, 401, 403, 404, 405, 406, 410, 412, 416, 451]);

/** A server answered 404 or 410: the caller may know another place to look. */
export function isNotFound(error: unknown): boolean {
  return isErrorNamed(error, "DownloadError") && error instanceof Error && /HTTP (404|410)\b/.test(error.message);
}

/** True for what may work when it is tried again: no connection, a cut one, a busy server. */
export class PassingError extends VitrineError {
  /** @param afterMs how long the server asks to wait */
  constructor(
    message: string,
    readonly afterMs: number | null = null,
    options?: ErrorOptions,
  ) {
    super("DownloadError", message, options);
  }
}

/**
 * @returns any answer with a status of 200 to 299, and 416 for an empty file
 * @throws DownloadError (`PassingError` where it is worth another try), CancelledError
 */
export async function request(fetcher: Fetch, url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  throwIfCancelled(signal, url);
  const response = await settle(fetcher(url, signal ? { ...init, signal } : init), url, signal);
  if (response.ok || (response.status === 416 && totalOf(response) === 0)) return response;
  await response.body?.cancel().catch(() => {});
  throw httpError(url, response);
}

/** Turns what `fetch` and bodies reject with into our errors. */
export async function settle<T>(promise: Promise<T>, url: string, signal?: AbortSignal): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    if (cause instanceof VitrineError) throw cause;
    if (signal?.aborted || (cause instanceof Error && cause.name === "AbortError")) {
      throw new VitrineError("CancelledError", `Downloading ${url} was cancelled.`);
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PassingError(
      `${url} could not be fetched (${reason}). Check the address and the connection; the server must also allow other sites to read it (CORS).`,
      null,
      { cause },
    );
  }
}

function httpError(url: string, response: Response): VitrineError {
  const { status } = response;
  const message = `${url} answered HTTP ${status}. ${hintFor(status, response.headers.get("x-error-code"))}`;
  if (FINAL.has(status)) return new VitrineError("DownloadError", message);
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new PassingError(message, Number.isFinite(seconds) ? seconds * 1000 : null);
}

/** @param code X-Error-Code of the Hugging Face hub */
function hintFor(status: number, code: string | null): string {
  if (code === "GatedRepo")
    return "Its makers ask for consent first: agree on the model's page, then enter an access token.";
  switch (status) {
    case 404:
    case 410:
      return "There is no such file. Check the address.";
    case 401:
      return "It is not public, or there is no such model. If it is yours or you were given access, enter an access token.";
    case 403:
      return "It is not public: the access token, if any, does not allow it. Ask its makers for access.";
    case 416:
      return "The file is shorter than expected: it changed. Load it again.";
    case 429:
      return "The server asks for a pause. Try again in a while.";
    default:
      return "Try later.";
  }
}

/** The size after the slash of "Content-Range: bytes 0-0/123"; null when absent, hidden by CORS or "*". */
export function totalOf(response: Response): number | null {
  const match = /\/\s*(\d+)\s*$/.exec(response.headers.get("content-range") ?? "");
  return match ? Number(match[1]) : null;
}

/** The first byte of "Content-Range: bytes 5-9/123"; null when absent or hidden. */
export function rangeStartOf(response: Response): number | null {
  const match = /^bytes\s+(\d+)-/.exec(response.headers.get("content-range") ?? "");
  return match ? Number(match[1]) : null;
}

/** What changes when the file does. CORS hides ETag unless the server exposes it, Last-Modified never. */
export function versionOf(response: Response): string | null {
  return response.headers.get("etag") ?? response.headers.get("last-modified");
}

/** CORS hides Content-Range unless the server exposes it, but never Content-Length: ask with HEAD. */
export async function contentLength(
  fetcher: Fetch,
  url: string,
  init: RequestInit,
  signal?: AbortSignal,
): Promise<number | null> {
  const response = await request(fetcher, url, { ...init, method: "HEAD" }, signal);
  const length = response.headers.get("content-length");
  if (length === null || response.headers.get("content-encoding")) return null;
  return /^\d+$/.test(length) ? Number(length) : null;
}

export function fileNameOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  const last = baseName(path);
  try {
    return decodeURIComponent(last) || url;
  } catch {
    return last || url;
  }
}
