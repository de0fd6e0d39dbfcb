/** Files of a person's own, kept: what opens again, and what is left when keeping ends early. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { VitrineError } from "../shared/errors";
import { type ByteStore, memorySource } from "./files/byteSource";
import { type ModelFiles, openModelFiles } from "./files/modelFiles";
import type { Gpu } from "./gpu/device";
import { keepFiles } from "./keepFiles";
import { fillModel } from "./library/fillModel";
import { MemoryStore } from "./library/memoryStore";
import { ModelLibrary } from "./library/modelLibrary";
import { withTower } from "./library/sideFiles";
import { loadKept } from "./loadKept";
import { describeModel, openModel } from "./openModel";
import { writeGguf } from "./testing/ggufWriter";
import { greedyIds } from "./testing/greedyIds";
import { openTestGpu } from "./testing/kernelHarness";
import { randomModel, tinyFolder, tinyGguf } from "./testing/tinyModel";

const MODEL = randomModel(9);
const RECORD_BYTES = 60_000;
const CHOICE = { sourceKey: "files mine", link: "file:mine.gguf", level: "q8_0", recipe: "" } as const;
const OPTIONS = { level: "q8_0", recipe: "", variant: "auto", download: {} } as const;

let gpu: Gpu;
let store: ByteStore;
let library: ModelLibrary;
beforeAll(async () => {
  gpu = await openTestGpu();
});
beforeEach(() => {
  store = new MemoryStore();
  library = new ModelLibrary(store, RECORD_BYTES);
});
afterAll(() => expect(gpu.allocatedBytes).toBe(0));

const gguf = (): Promise<ModelFiles> => openModelFiles([memorySource(tinyGguf(MODEL), "mine.gguf")]);
const folder = (): Promise<ModelFiles> =>
  openModelFiles([...tinyFolder(MODEL)].map(([name, bytes]) => memorySource(bytes, `mine/${name}`)));

describe("files that are kept", () => {
  it.each([
    ["a GGUF file", gguf],
    ["a folder", folder],
  ])("%s opens again without them, quantized as it was", async (_, open) => {
    const ids = await greedyIds(await openModel(gpu, await open(), OPTIONS));
    const done: number[] = [];
    await keepFiles(library, await open(), CHOICE, { onProgress: (bytes) => done.push(bytes) });
    expect(done.length).toBeGreaterThan(1);
    const [kept] = await library.list();
    expect(kept).toMatchObject({ name: "mine", link: "file:mine.gguf", level: "q8_0" });
    expect(kept?.keptBytes).toBe(kept?.totalBytes);
    expect(await greedyIds(await loadKept(gpu, library, await library.about(kept?.id as never), OPTIONS))).toEqual(ids);
  });

  it("a damaged record asks for the files again", async () => {
    await keepFiles(library, await gguf(), CHOICE, {});
    const [key = ""] = await store.keys("record/");
    await store.put([[key, new Uint8Array(3)]]);
    const [kept] = await library.list();
    const loading = loadKept(gpu, library, await library.about(kept?.id as never), OPTIONS);
    await expect(loading).rejects.toThrow(/open its files again/i);
  });

  it("keeps an image tower that is a second file", async () => {
    const values = Float32Array.from({ length: 64 }, (_, i) => i);
    const data = new Uint8Array(values.buffer);
    const tower = writeGguf({
      metadata: { "general.architecture": { kind: "string", value: "clip" } },
      tensors: [{ name: "v.blk.0.weight", shape: [2, 32], type: 0, data }],
    });
    const pair = await openModelFiles([memorySource(tower, "mmproj.gguf"), memorySource(tinyGguf(MODEL), "mine.gguf")]);
    const files = withTower(pair);
    const { vision: _, ...text } = files as Extract<ModelFiles, { kind: "gguf" }>;
    const { tensors } = describeModel(text);
    const about = await library.begin({
      ...CHOICE,
      name: "mine",
      revision: null,
      licence: null,
      hashes: new Map(),
      files,
      tensors,
    });
    const kept = await library.open(about, async () => null);
    await (await fillModel(kept, files.sources)).kept;
    const again = await library.filesOf(kept);
    expect(again.kind === "gguf" && [...(again.vision?.file.tensors.keys() ?? [])]).toEqual(["v.blk.0.weight"]);
    const found = again.tensors.get("v.blk.0.weight");
    expect(await found?.source.read(found.start, found.sizeBytes)).toEqual(data);
  });
});

describe("keeping that ends early", () => {
  it("leaves nothing when there is no room", async () => {
    let writes = 0;
    const full: ByteStore = {
      get: (key) => store.get(key),
      keys: (prefix) => store.keys(prefix),
      put: async (entries) => {
        const isWrite = entries.some(([, bytes]) => bytes !== null);
        if (isWrite && ++writes > 3) throw new VitrineError("StorageError", "The browser's storage is full.");
        await store.put(entries);
      },
    };
    await expect(keepFiles(library.over(full), await gguf(), CHOICE, {})).rejects.toMatchObject({
      name: "StorageError",
    });
    expect(writes).toBe(4);
    expect(await store.keys("")).toEqual([]);
  });

  it("leaves nothing when it is cancelled", async () => {
    const cancel = new AbortController();
    const onProgress = (done: number) => done > 100_000 && cancel.abort();
    const keeping = keepFiles(library, await gguf(), CHOICE, { signal: cancel.signal, onProgress });
    await expect(keeping).rejects.toMatchObject({ name: "CancelledError" });
    expect(await store.keys("")).toEqual([]);
  });
});
