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

/** What lies in the database, by no code of ours. */
function read(key: string): Promise<unknown> {
  return new Promise((resolve) => {
    const opening = indexedDB.open("vitrine-models");
    opening.onsuccess = () => {
      const asked = opening.result.transaction("records").objectStore("records").get(key);
      asked.onsuccess = () => resolve(asked.result);
    };
  });
}

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

  describe("large values", () => {
    const large = new Uint8Array(2 ** 20).fill(7);
    const inside = async (key: string) => (await read(key)) as unknown;

    it("are Blobs, which are read back as the same bytes", async () => {
      await store.put([
        ["record/a/0", large],
        ["journal/a", bytes(1)],
      ]);
      expect(await inside("record/a/0")).toBeInstanceOf(Blob);
      expect(await inside("journal/a")).toBeInstanceOf(Uint8Array);
      expect(Buffer.compare((await store.get("record/a/0")) as Uint8Array, large)).toBe(0);
    });

    it("are arrays where the browser keeps no Blobs", async () => {
      const put = IDBObjectStore.prototype.put;
      let refused = 0;
      vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value, key) {
        if (value instanceof Blob) {
          refused++;
          throw new DOMException("Blobs are not kept here", "DataCloneError");
        }
        return put.call(this, value, key);
      });
      for (const key of ["record/a/0", "record/a/1"]) {
        await store.put([[key, large]]);
        expect(Buffer.compare((await store.get(key)) as Uint8Array, large)).toBe(0);
      }
      // Asked once.
      expect(refused).toBe(1);
    });

    it("that do not fit are not tried again", async () => {
      const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
        throw new DOMException("full", "QuotaExceededError");
      });
      await expect(store.put([["record/a/0", large]])).rejects.toMatchObject({ name: "StorageError" });
      expect(put).toHaveBeenCalledTimes(1);
    });
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

  it("waits for a blocked database once, and after that only in passing", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const opening: Partial<IDBOpenDBRequest> = {};
      vi.stubGlobal("indexedDB", { open: () => opening });
      const blocked = createIdbStore();
      const refused = { name: "StorageError", message: expect.stringContaining("close other tabs") };
      const failure = () => blocked.get("a").catch((error: unknown) => error);
      const first = failure();
      await vi.advanceTimersByTimeAsync(9_000);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await first).toMatchObject(refused);
      const second = failure();
      await vi.advanceTimersByTimeAsync(200);
      expect(await second).toMatchObject(refused);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("gives a write all the time it takes once the database is open", async () => {
    await store.put([["a", bytes(1)]]);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let isStuck = true;
    try {
      // A disk that does not come to an end.
      vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore) {
        const keepOpen = () => {
          if (isStuck) this.get("a").onsuccess = keepOpen;
        };
        keepOpen();
        return {} as IDBRequest<IDBValidKey>;
      });
      let isOver = false;
      const write = store.put([["b", bytes(2)]]).then(
        () => "written",
        (error: Error) => error.name,
      );
      void write.then(() => {
        isOver = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(60_000);
      expect(isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await write).toBe("StorageError");
    } finally {
      isStuck = false;
      vi.useRealTimers();
    }
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
