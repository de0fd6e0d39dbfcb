/**
 * A file by HTTP ranges: several segments at a time, handed on in order. A cut connection goes on at the byte where it
 * was cut; other bytes than before (RFC 9110: If-Range, ETag) are refused.
 */
import { isErrorNamed, VitrineError } from "../../shared/errors";
import { BodyReader } from "./bodyReader";
import { type OnReceived, throwIfCancelled } from "./byteSource";
import { type Fetch, PassingError, rangeStartOf, request, settle, totalOf, versionOf } from "./httpRequest";
import type { PauseGate } from "./pauseGate";

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  readonly fetch?: Fetch;
  /** Sent with every request for this address: an access token. */
  readonly headers?: (url: string) => Readonly<Record<string, string>>;
  readonly gate?: PauseGate;
  /** Bytes of one request, of which `parallel` are under way. */
  readonly segmentBytes?: number;
  readonly parallel?: number;
  /** Tries without a single byte in between, and the wait after the first of them; it doubles. */
  readonly attempts?: number;
  readonly firstWaitMs?: number;
  /** A connection that brings nothing for this long counts as cut. */
  readonly stallMs?: number;
  /** Called before another try. */
  readonly onRetry?: (reason: string) => void;
}

const SEGMENT_BYTES = 8 * 2 ** 20;
const PARALLEL = 4;
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 500;
const STALL_MS = 30_000;
/** However long a server asks to wait. */
const MAX_WAIT_MS = 60_000;

interface Segment {
  readonly read: Promise<unknown>;
  /** Of the last segment of a piece: all of it. */
  readonly piece: Uint8Array | null;
}

export class RangeDownload {
  /** False once a server refused the header that makes a range conditional, as those do that do not know it in CORS. */
  private conditional: boolean;

  constructor(
    private readonly url: string,
    private readonly sizeBytes: number,
    private readonly version: string | null,
    private readonly options: DownloadOptions,
  ) {
    this.conditional = version !== null && !version.startsWith("W/");
  }

  /**
   * Bytes [start, end).
   * @param bytes where they go
   * @throws DownloadError, CancelledError
   */
  async read(
    start: number,
    end: number,
    signal = this.options.signal,
    bytes: Uint8Array = new Uint8Array(end - start),
    onReceived?: OnReceived,
  ): Promise<Uint8Array> {
    const { attempts = ATTEMPTS, firstWaitMs = FIRST_WAIT_MS, gate } = this.options;
    let done = 0;
    let failures = 0;
    while (done < bytes.length) {
      await gate?.passed(signal);
      throwIfCancelled(signal, this.url);
      const before = done;
      try {
        await this.attempt(start + done, end, signal, (chunk) => {
          bytes.set(chunk, done);
          done += chunk.length;
          onReceived?.(chunk.length);
        });
      } catch (error) {
        // Let go for a pause, not by the person: the next round waits.
        if (isErrorNamed(error, "CancelledError") && signal?.aborted !== true) continue;
        if (!(error instanceof PassingError)) throw error;
        if (this.conditional && done === 0 && failures === 0 && error.cause instanceof TypeError) {
          this.conditional = false;
          failures = 1;
          continue;
        }
        failures = done > before ? 1 : failures + 1;
        if (failures >= attempts) throw error;
        this.options.onRetry?.(error.message);
        const wait = error.afterMs ?? firstWaitMs * 2 ** (failures - 1) * (0.75 + Math.random() / 2);
        await pause(Math.min(wait, MAX_WAIT_MS), signal);
      }
    }
    return bytes;
  }

  /**
   * Bytes [start, end) in order, `parallel` segments ahead of the one that is handed on. A segment's memory is used
   * again once the next is asked for: new memory costs more than what is done with the bytes. A piece that ends where
   * it was asked to has memory of its own, into which its segments are read.
   */
  async *stream(
    start: number,
    end: number,
    outer = this.options.signal,
    onReceived?: OnReceived,
    ends?: readonly number[],
  ): AsyncGenerator<Uint8Array> {
    const { segmentBytes = SEGMENT_BYTES, parallel = PARALLEL } = this.options;
    const stop = new AbortController();
    const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
    const ahead: Segment[] = [];
    const free: Uint8Array[] = [];
    const memoryFor = (length: number): Uint8Array => {
      if (ends !== undefined) return new Uint8Array(length);
      return (free.pop() ?? new Uint8Array(Math.min(segmentBytes, end - start))).subarray(0, length);
    };
    let piece: Uint8Array = new Uint8Array(0);
    let [pieceStart, pieceEnd] = [start, start];
    let next = start;
    try {
      while (next < end || ahead.length > 0) {
        while (next < end && ahead.length < parallel) {
          if (next === pieceEnd) {
            pieceStart = next;
            pieceEnd = Math.min(end, ends?.find((at) => at > next) ?? next + segmentBytes);
            piece = memoryFor(pieceEnd - next);
          }
          const to = Math.min(pieceEnd, next + segmentBytes);
          const place = piece.subarray(next - pieceStart, to - pieceStart);
          const read = this.read(next, to, signal, place, onReceived);
          // Awaited in order; one that fails before its turn is no unhandled rejection.
          read.catch(() => {});
          ahead.push({ read, piece: to === pieceEnd ? piece : null });
          next = to;
        }
        const segment = ahead.shift() as Segment;
        await segment.read;
        if (segment.piece === null) continue;
        yield segment.piece;
        // Pieces with memory of their own are whoever's took them, and are not held here.
        if (ends === undefined) free.push(new Uint8Array(segment.piece.buffer));
      }
    } finally {
      stop.abort();
    }
  }

  private async attempt(
    start: number,
    end: number,
    outer: AbortSignal | undefined,
    onChunk: (chunk: Uint8Array) => void,
  ): Promise<void> {
    const { fetch: fetcher = (input, init) => fetch(input, init), gate, stallMs = STALL_MS } = this.options;
    const stalled = new AbortController();
    const signals = [outer, gate?.signal, stalled.signal].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    const onStall = () => stalled.abort();
    let timer = setTimeout(onStall, stallMs);
    try {
      const headers: Record<string, string> = {
        ...this.options.headers?.(this.url),
        Range: `bytes=${start}-${end - 1}`,
      };
      if (this.conditional && this.version !== null) headers["If-Range"] = this.version;
      const response = await request(fetcher, this.url, { headers }, signal);
      await this.checkSame(response, start);
      await this.receive(response, start, end, signal, (chunk) => {
        clearTimeout(timer);
        timer = setTimeout(onStall, stallMs);
        onChunk(chunk);
      });
    } catch (error) {
      if (stalled.signal.aborted)
        throw new PassingError(`${this.url} sent nothing for ${stallMs / 1000} seconds. Try later.`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async receive(
    response: Response,
    start: number,
    end: number,
    signal: AbortSignal,
    onChunk: (chunk: Uint8Array) => void,
  ): Promise<void> {
    const reader = response.body && new BodyReader(response.body);
    let at = start;
    try {
      while (reader !== null) {
        const value = await settle(reader.read(), this.url, signal);
        if (value === null) break;
        // A server that sends more than it was asked for is not believed; what was asked for is there.
        const chunk = value.subarray(0, end - at);
        onChunk(chunk);
        at += chunk.length;
        if (at === end) break;
      }
    } finally {
      await reader?.cancel();
    }
    if (at < end)
      throw new PassingError(`${this.url} ended after byte ${at} of ${end}. Load it again to go on from there.`);
  }

  /** @throws DownloadError when these are bytes of another version of the file */
  private async checkSame(response: Response, start: number): Promise<void> {
    const total = totalOf(response);
    const first = rangeStartOf(response);
    const version = versionOf(response);
    const sameVersion = this.version === null || version === null || version === this.version;
    const sameSize = total === null || total === this.sizeBytes;
    if (response.status === 206 && sameVersion && sameSize && (first === null || first === start)) return;
    await response.body?.cancel().catch(() => {});
    const what = sameSize ? "" : `, ${total} bytes instead of ${this.sizeBytes}`;
    throw new VitrineError(
      "DownloadError",
      `${this.url} changed while it was read (HTTP ${response.status}${what}). Load it again.`,
    );
  }
}

/** True for the error of bytes that are no longer those of before. */
export function isChanged(error: unknown): boolean {
  return error instanceof Error && error.name === "DownloadError" && /changed while it was read/.test(error.message);
}

/** @throws CancelledError */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
  throwIfCancelled(signal, "the file");
}
