/** Kept models in IndexedDB. The one file of the worker that knows idb-keyval. */
import { createStore, promisifyRequest } from "idb-keyval";
import type { ByteStore } from "../runtime/files/byteSource";
import { VitrineError } from "../shared/errors";

/** Opening waits without end while another tab deletes the database. */
const OPEN_MS = 10_000;

export function createIdbStore(name = "vitrine-models"): ByteStore {
  const withStore = createStore(name, "records");
  const run = <T>(mode: IDBTransactionMode, action: (store: IDBObjectStore) => PromiseLike<T>): Promise<T> =>
    told(async () => withStore(mode, action));
  return {
    async get(key) {
      const value = await run("readonly", (store) => promisifyRequest<unknown>(store.get(key)));
      return value instanceof Uint8Array ? value : null;
    },
    put: (entries) =>
      run("readwrite", (store) => {
        try {
          for (const [key, bytes] of entries) {
            if (bytes === null) store.delete(key);
            else store.put(bytes, key);
          }
        } catch (error) {
          // Refused at once: what was asked for before must not be written either.
          store.transaction.abort();
          throw error;
        }
        return promisifyRequest(store.transaction);
      }),
    async keys(prefix) {
      const range = prefix === "" ? null : IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const keys = await run("readonly", (store) => promisifyRequest(store.getAllKeys(range)));
      return keys.map(String);
    },
  };
}

/** What the browser says of its storage, in words of ours. */
async function told<T>(action: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it does not answer; close other tabs of this page")), OPEN_MS);
  });
  try {
    return await Promise.race([action(), late]);
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : "";
    if (name === "QuotaExceededError") {
      const message = "The browser's storage is full. Delete models on the Models tab, or free space on the disk.";
      throw new VitrineError("StorageError", message, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VitrineError("StorageError", `The browser's storage cannot be used: ${reason}.`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
