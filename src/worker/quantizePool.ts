/**
 * Converts rows on several threads at once. Blocks know nothing of each other, so the bytes are those that one thread
 * makes.
 */
import { type ConvertRows, convertHere } from "../runtime/model/convertRows";
import { type ErrorName, VitrineError } from "../shared/errors";
import { joinBytes } from "../shared/joinBytes";
import { QUANT_FORMATS } from "../shared/quant";
import type { ConvertedShare, Share } from "./quantizeShare";

/** Less is done sooner than sent. */
const MIN_BYTES = 2 ** 16;
/** Weights of the largest block. */
const LARGEST_BLOCK = 256;
/** One is left for the page; beyond four, a download is the slower of the two. */
const MOST_THREADS = 4;

export type Thread = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

function startThread(): Thread {
  return new Worker(new URL("./quantizeWorker.ts", import.meta.url), { type: "module", name: "quantize" });
}

/** At least two: while they work, the thread that asks waits. */
function threadsHere(): number {
  return Math.min(MOST_THREADS, Math.max(2, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1));
}

export class QuantizePool {
  private threads: Thread[] | null = null;
  /** Threads could not be had: this one does it. */
  private isAlone = false;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly start: () => Thread = startThread,
    private readonly size = threadsHere(),
  ) {}

  /** One after the other: each takes all threads. */
  readonly convert: ConvertRows = (...rows) => {
    const converted = this.last.then(() => this.convertNext(...rows));
    this.last = converted.catch(() => {});
    return converted;
  };

  private readonly convertNext: ConvertRows = async (bytes, from, to, tensor) => {
    if (this.isAlone || bytes.length < MIN_BYTES) return convertHere(bytes, from, to, tensor);
    const weightBytes = QUANT_FORMATS[from].blockBytes;
    const blocks = Math.ceil(bytes.length / weightBytes / LARGEST_BLOCK);
    const shareBytes = Math.ceil(blocks / this.size) * LARGEST_BLOCK * weightBytes;
    const shares: Share[] = [];
    for (let at = 0; at < bytes.length; at += shareBytes) {
      shares.push({ bytes: bytes.slice(at, at + shareBytes), from, to, tensor });
    }
    try {
      const threads = this.allThreads();
      // All have answered before anything else is asked of them.
      const answers = await Promise.allSettled(shares.map((share, index) => ask(threads[index] as Thread, share)));
      return joinBytes(await Promise.all(answers.map(settledValue)));
    } catch (error) {
      if (error instanceof VitrineError) throw error;
      this.close();
      this.isAlone = true;
      return convertHere(bytes, from, to, tensor);
    }
  };

  /** Its threads end; the next conversion starts others. */
  close(): void {
    for (const thread of this.threads ?? []) thread.terminate();
    this.threads = null;
  }

  private allThreads(): readonly Thread[] {
    this.threads ??= Array.from({ length: this.size }, this.start);
    return this.threads;
  }
}

/** One question at a time to each thread. */
function ask(thread: Thread, share: Share): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    thread.onmessage = ({ data }: MessageEvent<ConvertedShare>) => {
      if (data.bytes !== null) resolve(data.bytes);
      else reject(new VitrineError(data.name as ErrorName, data.message));
    };
    thread.onerror = () => reject(new Error("A converting thread ended."));
    thread.postMessage(share, [share.bytes.buffer as ArrayBuffer]);
  });
}

function settledValue<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
