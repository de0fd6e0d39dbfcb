/** Kept models in IndexedDB. The one file of the worker that knows idb-keyval. */
import { createStore, promisifyRequest } from "idb-keyval";
import type { ByteStore } from "../runtime/files/byteSource";
import { VitrineError } from "../shared/errors";

/** Opening waits without end while another tab deletes the database. */
const OPEN_MS = 10_000;
/** Once it was not to be had, it is asked for in passing. */
const BLOCKED_MS = 200;
/** A large record on a slow and busy disk; after that it does not come any more. */
const WORK_MS = 120_000;
/**
 * From here on as a Blob: Chromium reads one in a quarter of the time that an array of bytes takes, and writes it in
 * half.
 */
const BLOB_BYTES = 2 ** 20;
/** A Blob of parts below a mebibyte is made in memory that was used before, which is faster than in new memory. */
const PART_BYTES = 2 ** 19;
const FULL = "QuotaExceededError";

export function createIdbStore(name = "vitrine-models"): ByteStore {
  const withStore = createStore(name, "records");
  let patienceMs = OPEN_MS;
  const run = async <T>(mode: IDBTransactionMode, action: (store: IDBObjectStore) => PromiseLike<T>): Promise<T> => {
    let isOpen = false;
    const opened = new Deadline(patienceMs);
    try {
      return await told(async () =>
        Promise.race([
          opened.late,
          withStore(mode, (store) => {
            isOpen = true;
            patienceMs = OPEN_MS;
            opened.extend(WORK_MS);
            return action(store);
          }),
        ]),
      );
    } finally {
      opened.end();
      if (!isOpen) patienceMs = BLOCKED_MS;
    }
  };
  const write = (entries: readonly (readonly [string, Uint8Array | Blob | null])[]) =>
    run("readwrite", (store) => {
      try {
        for (const [key, value] of entries) {
          if (value === null) store.delete(key);
          else store.put(value, key);
        }
      } catch (error) {
        // Refused at once: what was asked for before must not be written either.
        store.transaction.abort();
        throw error;
      }
      return promisifyRequest(store.transaction);
    });
  let takesBlobs = true;
  return {
    async get(key) {
      const value = await run("readonly", (store) => promisifyRequest<unknown>(store.get(key)));
      // Its file may be gone.
      if (value instanceof Blob) return new Uint8Array(await told(() => value.arrayBuffer()));
      return value instanceof Uint8Array ? value : null;
    },
    async put(entries) {
      try {
        await write(entries.map(([key, bytes]) => [key, takesBlobs && bytes !== null ? stored(bytes) : bytes]));
      } catch (error) {
        if (!takesBlobs || !entries.some(([, bytes]) => isLarge(bytes)) || isFull(error)) throw error;
        // Some browsers keep no Blobs in private windows.
        await write(entries);
        takesBlobs = false;
      }
    },
    async keys(prefix) {
      const range = prefix === "" ? null : IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const keys = await run("readonly", (store) => promisifyRequest(store.getAllKeys(range)));
      return keys.map(String);
    },
  };
}

function isLarge(bytes: Uint8Array | null): boolean {
  return bytes !== null && bytes.length >= BLOB_BYTES;
}

function stored(bytes: Uint8Array): Uint8Array | Blob {
  if (!isLarge(bytes)) return bytes;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    parts.push(bytes.subarray(at, at + PART_BYTES) as Uint8Array<ArrayBuffer>);
  }
  return new Blob(parts);
}

function isFull(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.name === FULL;
}

/** Rejects when its time is over. */
class Deadline {
  readonly late: Promise<never>;
  private fail: () => void = () => {};
  private timer: ReturnType<typeof setTimeout>;

  constructor(ms: number) {
    this.late = new Promise<never>((_, reject) => {
      this.fail = () => reject(new Error("it does not answer; close other tabs of this page"));
    });
    // Nobody may be waiting any more.
    this.late.catch(() => {});
    this.timer = setTimeout(this.fail, ms);
  }

  extend(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.fail, ms);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

/** What the browser says of its storage, in words of ours. */
async function told<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : "";
    if (name === FULL) {
      const message = "The browser's storage is full. Delete models on the Models tab, or free space on the disk.";
      throw new VitrineError("StorageError", message, { cause });
    }
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new VitrineError("StorageError", `The browser's storage cannot be used: ${reason}.`, { cause });
  }
}
