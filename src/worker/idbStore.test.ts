/** The store of kept models on a database in memory: what is kept, what one write means, what goes wrong. */
import { IDBFactory, IDBKeyRange, IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ByteStore } from "../runtime/files/byteSource";
import { createIdbStore } from "./idbStore";

let store: ByteStore;
beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("IDBKeyRange", IDBKeyRange);
  store = createIdbStore();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const bytes = (...values: number[]) => Uint8Array.of(...values);

describe("idbStore", () => {
  it("keeps bytes by key, over connections", async () => {
    expect(await store.get("record/a/0")).toBeNull();
    await store.put([
      ["record/a/0", bytes(1, 2)],
      ["record/a/1", bytes(3)],
      ["about/a", bytes(4)],
    ]);
    const again = createIdbStore();
    expect(await again.get("record/a/0")).toEqual(bytes(1, 2));
    expect((await again.keys("record/a/")).sort()).toEqual(["record/a/0", "record/a/1"]);
    expect(await again.keys("")).toHaveLength(3);
    await again.put([["record/a/0", null]]);
    expect(await store.keys("record/")).toEqual(["record/a/1"]);
  });

  it("writes all of a write or nothing", async () => {
    await store.put([["journal/a", bytes(1)]]);
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value, key) {
      if (key === "journal/a") throw new DOMException("full", "QuotaExceededError");
      return put.call(this, value, key);
    });
    const write = store.put([
      ["record/a/0", bytes(1)],
      ["journal/a", bytes(2)],
    ]);
    await expect(write).rejects.toMatchObject({ name: "StorageError", message: expect.stringContaining("full") });
    vi.restoreAllMocks();
    expect(await store.get("journal/a")).toEqual(bytes(1));
    expect(await store.get("record/a/0")).toBeNull();
  });

  it("says in its own error that the browser refuses a database", async () => {
    vi.stubGlobal("indexedDB", {
      open: () => {
        throw new DOMException("The user denied permission", "SecurityError");
      },
    });
    await expect(createIdbStore().get("a")).rejects.toMatchObject({ name: "StorageError" });
  });

  it("takes what is no bytes for nothing", async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      void store.put([["a", bytes(1)]]).then(() => {
        const opening = indexedDB.open("vitrine-models");
        opening.onsuccess = () => resolve(opening.result);
      });
    });
    await new Promise<void>((resolve) => {
      const transaction = database.transaction("records", "readwrite");
      transaction.objectStore("records").put("text", "a");
      transaction.oncomplete = () => resolve();
    });
    expect(await store.get("a")).toBeNull();
  });
});
