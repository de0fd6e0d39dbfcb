/** Loading through the library from a server that misbehaves: what arrives, what is kept, what is asked for again. */
import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { VitrineError } from "../shared/errors";
import { type LevelChoice, splitChoice } from "../shared/recipes";
import { aWhile, until } from "../shared/testing/waits";
import type { ByteStore } from "./files/byteSource";
import { memorySource } from "./files/byteSource";
import { openModelFiles } from "./files/modelFiles";
import { PauseGate } from "./files/pauseGate";
import type { DownloadOptions } from "./files/rangeDownload";
import type { Gpu } from "./gpu/device";
import type { Journal, ModelAbout } from "./library/manifest";
import { MemoryStore, SpillingStore } from "./library/memoryStore";
import { ModelLibrary } from "./library/modelLibrary";
import { urlModel } from "./library/remoteModel";
import { loadKept, loadRemote } from "./loadKept";
import { type OpenedModel, openModel } from "./openModel";
import { greedyIds } from "./testing/greedyIds";
import { type Faults, HubServer } from "./testing/hubServer";
import { openTestGpu } from "./testing/kernelHarness";
import { matricesInQ8, randomModel, tinyFolder, tinyGguf } from "./testing/tinyModel";

/** Some 7 MB, of which the first two are read as header. */
const SHAPE = { hiddenSize: 128, intermediateSize: 1024, numLayers: 4 };
const RANDOM = randomModel(5, SHAPE);
const GGUF = tinyGguf(RANDOM);
const CHANGED = tinyGguf(randomModel(6, SHAPE));
/** Many records, and several segments in each. */
const RECORD_BYTES = 200_000;
const QUICK: DownloadOptions = { segmentBytes: 90_000, parallel: 3, firstWaitMs: 1, attempts: 3 };

let gpu: Gpu;
let server: HubServer;
let store: ByteStore;
let direct: ReadonlyMap<LevelChoice, readonly number[]>;

beforeAll(async () => {
  gpu = await openTestGpu();
  const ids = new Map<LevelChoice, readonly number[]>();
  for (const choice of ["stored", "q8_0", "q4_0", "stored+mlp=q4_0", "q4_0+layer1.v=stored,head=f16"] as const) {
    const files = await openModelFiles([memorySource(GGUF, "tiny.gguf")]);
    ids.set(choice, await greedyIds(await openModel(gpu, files, { ...splitChoice(choice), variant: "auto" })));
  }
  direct = ids;
});
beforeEach(async () => {
  server = await HubServer.start([["/tiny.gguf", GGUF]]);
  store = new MemoryStore();
});
afterEach(() => server.close());
afterAll(() => expect(gpu.allocatedBytes).toBe(0));

interface Load {
  readonly level?: LevelChoice;
  readonly store?: ByteStore;
  readonly signal?: AbortSignal;
  readonly download?: DownloadOptions;
  readonly url?: string;
  readonly onDownload?: (done: number, total: number, canResume: boolean) => void;
  readonly onKeeping?: (kept: Promise<void>) => void;
}

function load({ level = "stored", url = `${server.origin}/tiny.gguf`, ...rest }: Load = {}): Promise<OpenedModel> {
  const download = { ...QUICK, ...rest.download, signal: rest.signal };
  const library = new ModelLibrary(rest.store ?? store, RECORD_BYTES);
  const options = { ...splitChoice(level), variant: "auto" as const, download, signal: rest.signal };
  const { onDownload, onKeeping } = rest;
  return loadRemote(gpu, library, urlModel(url, download), { ...options, onDownload, onKeeping });
}

const records = async () => (await store.keys("record/")).sort();
const break_ = (faults: Partial<Faults>) => Object.assign(server.faults, faults);
const abouts = () => new ModelLibrary(store, RECORD_BYTES).list();

describe("a store that is slower than the network", () => {
  it("is written to behind a model that is there already, a few records at a time", async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const memory = new MemoryStore();
    const slow: ByteStore = {
      get: (key) => memory.get(key),
      keys: (prefix) => memory.keys(prefix),
      put: async (entries) => {
        const records = entries.map(([key]) => key).filter((key) => key.startsWith("record/"));
        // The last two wait.
        const isLast = records.some((key) => Number(key.split("/")[2]) >= numRecords - 2);
        if (isLast) await gate;
        await memory.put(entries);
      },
    };
    (await load({ store: memory })).model.destroy();
    const numRecords = (await memory.keys("record/")).length;
    expect(numRecords).toBeGreaterThan(10);
    await new ModelLibrary(memory, RECORD_BYTES).deleteAll();
    let kept: Promise<void> | null = null;
    const opened = await load({
      store: slow,
      onKeeping: (keeping) => {
        kept = keeping;
      },
    });
    expect(await greedyIds(opened)).toEqual(direct.get("stored"));
    expect(await memory.keys("record/")).toHaveLength(numRecords - 2);
    // The tab could be closed here: the journal knows what is there.
    const library = new ModelLibrary(memory, RECORD_BYTES);
    const [partly] = await library.list();
    expect(partly?.keptBytes).toBeLessThan(partly?.totalBytes ?? 0);
    const sent = server.sentBytes;
    (await load({ store: memory })).model.destroy();
    expect(server.sentBytes - sent).toBeLessThan(GGUF.length / 2);
    open();
    await kept;
    const [whole] = await library.list();
    expect(whole?.keptBytes).toBe(whole?.totalBytes);
  });

  it("that takes no record at all has nothing to list", async () => {
    const memory = new MemoryStore();
    const full: ByteStore = {
      get: (key) => memory.get(key),
      keys: (prefix) => memory.keys(prefix),
      put: async (entries) => {
        if (entries.some(([key, bytes]) => bytes !== null && key.startsWith("record/"))) {
          throw new VitrineError("StorageError", "full");
        }
        await memory.put(entries);
      },
    };
    const opened = await load({ store: new SpillingStore(full, () => {}) });
    expect(await greedyIds(opened)).toEqual(direct.get("stored"));
    expect(await memory.keys("about/")).toHaveLength(1);
    expect(await new ModelLibrary(memory, RECORD_BYTES).list()).toEqual([]);
  });

  it("holds the network up once some records wait for it, and no sooner", async () => {
    const memory = new MemoryStore();
    let come = 0;
    let all = 0;
    let written = 0;
    const ahead: number[] = [];
    const slow: ByteStore = {
      get: (key) => memory.get(key),
      keys: (prefix) => memory.keys(prefix),
      put: async (entries) => {
        const record = entries.find(([key]) => key.startsWith("record/"))?.[1];
        // Until as many wait as may, however long that takes, and then until nothing more comes.
        const enough = Math.min(all, written + 7 * RECORD_BYTES);
        for (let before = -1; record != null && (before !== come || come < enough); ) {
          before = come;
          await aWhile();
        }
        ahead.push((come - written) / RECORD_BYTES);
        written += record?.length ?? 0;
        await memory.put(entries);
      },
    };
    const onDownload = (done: number, total: number): void => {
      come = done;
      all = total;
    };
    const opened = await load({ store: slow, onDownload, onKeeping: () => {} });
    expect(await greedyIds(opened)).toEqual(direct.get("stored"));
    // Ten records are read with the header; six wait, one is being made, and segments of two are on their way.
    expect(Math.max(...ahead)).toBeLessThan(22);
    expect(Math.max(...ahead)).toBeGreaterThan(6);
    expect(GGUF.length / RECORD_BYTES).toBeGreaterThan(30);
  });
});

describe("a first and a second load", () => {
  it.each(["stored", "q8_0", "q4_0", "stored+mlp=q4_0", "q4_0+layer1.v=stored,head=f16"] as const)(
    "%s: the same ids as straight from the file",
    async (level) => {
      expect(await greedyIds(await load({ level }))).toEqual(direct.get(level));
      const sent = server.sentBytes;
      expect(await greedyIds(await load({ level }))).toEqual(direct.get(level));
      // One byte, to learn whether anything changed.
      expect(server.sentBytes - sent).toBe(1);
    },
  );

  it("keeps what a recipe keeps finer at 8 bit, beside the same level without it", async () => {
    (await load({ level: "q4_0" })).model.destroy();
    (await load({ level: "q4_0+head8" })).model.destroy();
    const library = new ModelLibrary(store, RECORD_BYTES);
    const [finer, plain] = await library.list();
    expect([finer?.level, plain?.level].sort()).toEqual(["q4_0", "q4_0+head8"]);
    for (const kept of [finer, plain]) {
      const tensors = await library.tensorsOf(kept?.id as never);
      const typeOf = (name: string) => tensors.find((tensor) => tensor.name === name)?.type;
      expect(typeOf("token_embd.weight")).toBe(kept?.level === "q4_0" ? "Q4_0" : "Q8_0");
      expect(typeOf("blk.1.attn_q.weight")).toBe("Q4_0");
    }
  });

  it("keeps quantized planes, not the source", async () => {
    (await load({ level: "q4_0" })).model.destroy();
    const [kept] = await abouts();
    const stored = await Promise.all((await records()).map(async (key) => (await store.get(key))?.length ?? 0));
    const bytes = stored.reduce((sum, length) => sum + length, 0);
    expect(bytes).toBe(kept?.totalBytes);
    expect(kept?.keptBytes).toBe(bytes);
    expect(bytes).toBeLessThan(GGUF.length * 0.3);
  });

  it("loads without a network, also a Hugging Face folder", async () => {
    for (const [name, bytes] of tinyFolder(RANDOM)) server.files.set(`/folder/${name}`, bytes);
    const [url, file] = [`${server.origin}/folder/`, `${server.origin}/tiny.gguf`];
    const ids = await greedyIds(await load({ url, level: "q8_0" }));
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
    await server.close();
    const offline: DownloadOptions = { fetch: () => Promise.reject(new TypeError("Failed to fetch")) };
    expect(await greedyIds(await load({ url, level: "q8_0", download: offline }))).toEqual(ids);
    expect(await greedyIds(await load({ url: file, download: offline }))).toEqual(direct.get("stored"));
    await expect(load({ url: file, level: "q4_0", download: offline })).rejects.toMatchObject({
      name: "DownloadError",
    });
  });

  it("a changed file is loaded anew and takes the place of the old one", async () => {
    (await load()).model.destroy();
    const [old] = await abouts();
    server.files.set("/tiny.gguf", CHANGED);
    const ids = await greedyIds(await load());
    expect(ids).not.toEqual(direct.get("stored"));
    const after = await abouts();
    expect(after).toHaveLength(1);
    expect(after[0]?.id).not.toBe(old?.id);
    expect((await records()).every((key) => key.includes(String(after[0]?.id)))).toBe(true);
  });
});

describe("another version of the quantizer", () => {
  /** What is kept, as a quantizer of that version would have left it. */
  async function makeEarlier(): Promise<void> {
    const [kept] = await abouts();
    const id = kept?.id as string;
    for (const key of await store.keys("")) {
      let bytes = (await store.get(key)) as Uint8Array;
      if (key.startsWith("about/")) {
        const about = JSON.parse(new TextDecoder().decode(bytes)) as ModelAbout;
        const { quantizerVersion } = about;
        const earlier = { ...about, id: "0".repeat(16), quantizerVersion: quantizerVersion && quantizerVersion - 1 };
        bytes = new TextEncoder().encode(JSON.stringify(earlier));
      }
      await store.put([
        [key, null],
        [key.replace(id, "0".repeat(16)), bytes],
      ]);
    }
  }

  it("quantizes anew from the source, and what it made before goes", async () => {
    await load({ level: "q8_0" }).then(({ model }) => model.destroy());
    await makeEarlier();
    expect(await abouts()).toHaveLength(1);
    const sent = server.sentBytes;
    expect(await greedyIds(await load({ level: "q8_0" }))).toEqual(direct.get("q8_0"));
    expect(server.sentBytes - sent).toBeGreaterThan(0.99 * GGUF.length);
    expect(await store.keys("about/")).not.toContain(`about/${"0".repeat(16)}`);
    expect(await abouts()).toHaveLength(1);
  });

  it("has nothing to do with what is kept as it is stored", async () => {
    await load().then(({ model }) => model.destroy());
    await makeEarlier();
    const sent = server.sentBytes;
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
    expect(server.sentBytes - sent).toBe(1);
  });
});

describe("a published SHA-256", () => {
  const SHA256 = createHash("sha256").update(GGUF).digest("hex");
  const loadHashed = (options: Load & { sha256?: string } = {}): Promise<OpenedModel> => {
    const { sha256 = SHA256, signal, onDownload } = options;
    const download = { ...QUICK, signal };
    const remote = { ...urlModel(`${server.origin}/tiny.gguf`, download), hashes: new Map([["tiny.gguf", sha256]]) };
    const more = { signal, onDownload, level: "stored", recipe: "", variant: "auto", download } as const;
    return loadRemote(gpu, new ModelLibrary(store, RECORD_BYTES), remote, more);
  };
  const readJournal = async (): Promise<[key: string, journal: Journal]> => {
    const [key = ""] = await store.keys("journal/");
    return [key, JSON.parse(new TextDecoder().decode((await store.get(key)) as Uint8Array)) as Journal];
  };
  /** @returns up to which byte the saved hash goes */
  async function loadSome(): Promise<number> {
    const cancel = new AbortController();
    const onDownload = (done: number): void => {
      if (done > 0.6 * GGUF.length) cancel.abort();
    };
    await expect(loadHashed({ signal: cancel.signal, onDownload })).rejects.toMatchObject({ name: "CancelledError" });
    const [, journal] = await readJournal();
    expect(journal.checked).toEqual([false]);
    return journal.hashes[0]?.end ?? 0;
  }

  it("is computed on from its saved state: what was hashed does not come again", async () => {
    const end = await loadSome();
    expect(end).toBeGreaterThan(0.3 * GGUF.length);
    const sent = server.sentBytes;
    expect(await greedyIds(await loadHashed())).toEqual(direct.get("stored"));
    // The header, which is read before anything is known of what is kept, and what was missing.
    expect(server.sentBytes - sent).toBeLessThan(GGUF.length - end + 2.1 * 2 ** 20);
    expect((await readJournal())[1].checked).toEqual([true]);
  });

  it("is computed from the first byte when its state is that of another version of the library", async () => {
    await loadSome();
    const [key, journal] = await readJournal();
    const [hash] = journal.hashes;
    const strange = { ...journal, hashes: [{ end: hash?.end, state: btoa("of another version") }] };
    await store.put([[key, new TextEncoder().encode(JSON.stringify(strange))]]);
    const sent = server.sentBytes;
    expect(await greedyIds(await loadHashed())).toEqual(direct.get("stored"));
    expect(server.sentBytes - sent).toBeGreaterThan(0.99 * GGUF.length);
    expect((await readJournal())[1].checked).toEqual([true]);
  });

  it("that is another: refused, and nothing of it stays", async () => {
    await expect(loadHashed({ sha256: "0".repeat(64) })).rejects.toThrow(`its SHA-256 is ${SHA256}`);
    expect(await store.keys("")).toEqual([]);
  });
});

describe("interrupted", () => {
  it.each(["stored", "q8_0"] as const)("%s: goes on where it ended, wherever that was", async (level) => {
    let total = 0;
    (await load({ level, store: new MemoryStore(), onDownload: (_, all) => (total = all) })).model.destroy();
    const once = server.sentBytes;
    for (const share of [0.1, 0.35, 0.6, 0.95]) {
      const cancel = new AbortController();
      const cancelled = load({
        level,
        signal: cancel.signal,
        onDownload: (done) => {
          if (done >= share * total) cancel.abort();
        },
      });
      await expect(cancelled).rejects.toMatchObject({ name: "CancelledError" });
    }
    const before = server.sentBytes;
    const kept = (await abouts())[0]?.keptBytes ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(await greedyIds(await load({ level }))).toEqual(direct.get(level));
    // The header again, and what was missing: not the whole.
    expect(server.sentBytes - before).toBeLessThan(0.5 * once);
  });

  it("a connection cut at and inside every record, and servers that are busy", async () => {
    const cuts = Array.from({ length: 24 }, (_, index) => [0, 1, 999, 89_999, 7_000][index % 5] as number);
    break_({ cuts });
    expect(await greedyIds(await load({ download: { attempts: 6 } }))).toEqual(direct.get("stored"));
    expect(server.faults.cuts).toEqual([]);
    store = new MemoryStore();
    expect(await greedyIds(await load({ download: { attempts: 6 } }))).toEqual(direct.get("stored"));
    break_({ statuses: [200, 503, 429, 500].slice(1) });
    store = new MemoryStore();
    await expect(load()).rejects.toThrow("HTTP 503");
  });

  it("gives up on a server that never comes back, and keeps what came", async () => {
    break_({ cuts: [...Array.from({ length: 40 }, () => 100_000), ...Array.from({ length: 80 }, () => 0)] });
    await expect(load()).rejects.toMatchObject({ name: "DownloadError" });
    break_({ cuts: [] });
    expect((await records()).length).toBeGreaterThan(0);
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
  });

  it("pauses without losing anything and goes on", async () => {
    const gate = new PauseGate();
    let paused = -1;
    const loading = load({
      download: { gate },
      onDownload: (done, total) => {
        if (done < total * 0.4 || paused >= 0) return;
        gate.pause();
        paused = done;
      },
    });
    await until(() => paused > 0);
    // What was asked for before still comes, and nothing is asked for after it.
    await aWhile();
    await until(() => server.isIdle);
    const sent = server.sentBytes;
    const asked = server.asked.length;
    await aWhile();
    expect([server.isIdle, server.asked.length]).toEqual([true, asked]);
    expect(server.sentBytes).toBe(sent);
    gate.resume();
    expect(await greedyIds(await loading)).toEqual(direct.get("stored"));
  });

  it("cancelling ends a pause", async () => {
    const gate = new PauseGate();
    const cancel = new AbortController();
    const loading = load({ download: { gate }, signal: cancel.signal, onDownload: () => gate.pause() });
    await until(() => gate.isPaused);
    cancel.abort();
    await expect(loading).rejects.toMatchObject({ name: "CancelledError" });
  });
});

describe("servers", () => {
  it("without ranges: one stream, which cannot resume, and says so", async () => {
    break_({ ranges: false });
    const resumable: boolean[] = [];
    const opened = await load({ onDownload: (_done, _total, canResume) => resumable.push(canResume) });
    expect(await greedyIds(opened)).toEqual(direct.get("stored"));
    expect(new Set(resumable)).toEqual(new Set([false]));
    expect(server.asked).toHaveLength(1);
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
  });

  it("that claim a longer or shorter body than they send", async () => {
    break_({ lengthError: -5 });
    await expect(load()).rejects.toMatchObject({ name: "DownloadError" });
    // All that was asked for came.
    break_({ lengthError: 5 });
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
    break_({ lengthError: 5, ranges: false });
    store = new MemoryStore();
    await expect(load()).rejects.toMatchObject({ name: "DownloadError" });
  });

  it("that redirect to another origin", async () => {
    const storage = await HubServer.start(server.files);
    break_({ redirectTo: storage.origin });
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
    expect(storage.asked.every(({ authorization }) => authorization === null)).toBe(true);
    await storage.close();
  });

  it("that say neither version nor total size", async () => {
    break_({ versions: false, exposes: false });
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
  });

  it.each([
    [401, "access token"],
    [404, "no such file"],
  ])("that answer %i: what to do is said", async (status, words) => {
    break_({ statuses: [status] });
    await expect(load()).rejects.toThrow(words);
    expect(await abouts()).toEqual([]);
  });

  it("that send other bytes in the middle of it: refused, and the next load begins with them", async () => {
    let isChanged = false;
    const loading = load({
      onDownload: (done, total) => {
        if (done < total / 2 || isChanged) return;
        isChanged = true;
        server.files.set("/tiny.gguf", CHANGED);
      },
    });
    await expect(loading).rejects.toThrow("changed while it was read");
    const ids = await greedyIds(await load());
    const fresh = await openModel(gpu, await openModelFiles([memorySource(CHANGED, "a.gguf")]), {
      level: "stored",
      variant: "auto",
    });
    expect(ids).toEqual(await greedyIds(fresh));
    expect(await abouts()).toHaveLength(1);
  });
});

describe("the store", () => {
  it("a record changed by hand is fetched again, alone", async () => {
    (await load()).model.destroy();
    const [, second = ""] = await records();
    const bytes = (await store.get(second)) as Uint8Array;
    bytes[77] = (bytes[77] as number) ^ 1;
    await store.put([[second, bytes]]);
    const sent = server.sentBytes;
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
    expect(server.sentBytes - sent).toBeLessThan(GGUF.length / 8);
    const after = server.sentBytes;
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
    expect(server.sentBytes - after).toBe(1);
  });

  it("a missing record is made again at the level it was kept at", async () => {
    (await load({ level: "q4_0" })).model.destroy();
    const [first = ""] = await records();
    await store.put([[first, null]]);
    expect(await greedyIds(await load({ level: "q4_0" }))).toEqual(direct.get("q4_0"));
    expect(await records()).toContain(first);
  });

  it("a damaged record without a network is an error that says what to do", async () => {
    (await load()).model.destroy();
    const [first = ""] = await records();
    await store.put([[first, new Uint8Array(3)]]);
    await server.close();
    const library = new ModelLibrary(store, RECORD_BYTES);
    const [kept] = await library.list();
    const about = await library.about(kept?.id as never);
    const options = { level: "stored", variant: "auto", recipe: "", download: QUICK } as const;
    await expect(loadKept(gpu, library, about, options)).rejects.toMatchObject({
      name: "StorageError",
      message: expect.stringMatching(
        /kept copy of .* damaged \(record 1 of .*Go online and load it again, or delete it/,
      ),
    });
    const { damaged } = await (await library.open(about, async () => null)).verify(() => {});
    expect(damaged).toEqual([0]);
  });

  it("full, it goes on from memory and says so", async () => {
    const notes: string[] = [];
    const full = new FullStore(store, 3);
    const spilling = new SpillingStore(full, (error) => notes.push(error.message));
    expect(await greedyIds(await load({ store: spilling }))).toEqual(direct.get("stored"));
    expect(notes).toEqual(["The browser's storage is full."]);
    // What did fit is not fetched again.
    expect((await records()).length).toBeGreaterThan(0);
    expect(await greedyIds(await load())).toEqual(direct.get("stored"));
  });

  it("gone from the beginning (private windows), it goes on from memory", async () => {
    const broken = new FullStore(store, 0);
    expect(await greedyIds(await load({ store: new SpillingStore(broken, () => {}) }))).toEqual(direct.get("stored"));
    expect(await store.keys("")).toEqual([]);
  });

  it("emptied while a model is loaded from it, what is missing is fetched", async () => {
    (await load()).model.destroy();
    const all = await store.keys("record/");
    const kept = all.length;
    const taking: ByteStore = {
      get: async (key) => {
        if (key.startsWith("record/")) await store.put(all.map((name) => [name, null] as const));
        return store.get(key);
      },
      put: (entries) => store.put(entries),
      keys: (prefix) => store.keys(prefix),
    };
    expect(await greedyIds(await load({ store: taking }))).toEqual(direct.get("stored"));
    expect(kept).toBeGreaterThan(3);
  });

  it("deleting leaves nothing", async () => {
    (await load()).model.destroy();
    (await load({ level: "q8_0" })).model.destroy();
    const library = new ModelLibrary(store, RECORD_BYTES);
    const [first, second] = await library.list();
    await library.delete(first?.id as never);
    expect((await library.list()).map(({ id }) => id)).toEqual([second?.id]);
    await library.deleteAll();
    expect(await store.keys("")).toEqual([]);
  });
});

describe("a file that is quantized already", () => {
  const url = () => `${server.origin}/q8.gguf`;
  beforeEach(() => server.files.set("/q8.gguf", tinyGguf(RANDOM, { tensors: matricesInQ8() })));

  it("says that it is as stored, whatever was asked for, and is kept once", async () => {
    const stored = await load({ url: url() });
    expect(stored.choice).toBe("stored");
    const ids = await greedyIds(stored);
    const sent = server.sentBytes;
    for (const level of ["q4_0", "q8_0", "q4_0+head8"] as const) {
      const opened = await load({ url: url(), level });
      expect(opened.choice).toBe("stored");
      expect(Object.keys(opened.model.weights.bytesByFormat)).toEqual(["q8_0"]);
      expect(await greedyIds(opened)).toEqual(ids);
    }
    // One byte a load, to learn whether anything changed.
    expect(server.sentBytes - sent).toBe(3);
    expect((await abouts()).map(({ level }) => level)).toEqual(["stored"]);
  });

  it("is kept as stored also when it is first asked for at a level, and opens without a network", async () => {
    const first = await load({ url: url(), level: "q4_0" });
    expect(first.choice).toBe("stored");
    first.model.destroy();
    expect((await abouts()).map(({ level }) => level)).toEqual(["stored"]);
    const address = url();
    await server.close();
    const again = await load({ url: address, level: "q4_0" });
    expect(again.choice).toBe("stored");
    again.model.destroy();
  });
});

it("a model quantized by us says its level, from the network and from the store", async () => {
  for (let round = 0; round < 2; round++) {
    const opened = await load({ level: "q4_0+head8" });
    expect(opened.choice).toBe("q4_0+head8");
    opened.model.destroy();
  }
});

describe("two tabs that write the same model", () => {
  it("end with one that is whole", async () => {
    const both = await Promise.all([load({ level: "q8_0" }), load({ level: "q8_0" })]);
    for (const opened of both) expect(await greedyIds(opened)).toEqual(direct.get("q8_0"));
    const sent = server.sentBytes;
    expect(await greedyIds(await load({ level: "q8_0" }))).toEqual(direct.get("q8_0"));
    expect(server.sentBytes - sent).toBeLessThan(2 * RECORD_BYTES * 4);
    expect(await abouts()).toHaveLength(1);
  });
});

/** Takes so many writes and then refuses all. */
class FullStore implements ByteStore {
  constructor(
    private readonly inner: ByteStore,
    private writes: number,
  ) {}

  get(key: string): Promise<Uint8Array | null> {
    return this.inner.get(key);
  }

  async put(entries: Parameters<ByteStore["put"]>[0]): Promise<void> {
    this.writes -= 1;
    if (this.writes < 0) throw new VitrineError("StorageError", "The browser's storage is full.");
    await this.inner.put(entries);
  }

  keys(prefix: string): Promise<string[]> {
    return this.inner.keys(prefix);
  }
}
