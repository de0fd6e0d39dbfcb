/** Measures the model library where it runs: in a worker. */
import { clear, createStore, get, set } from "idb-keyval";
import { type StoreEntry, streamOf } from "../../src/runtime/files/byteSource";
import { urlSource } from "../../src/runtime/files/urlSource";
import type { Gpu } from "../../src/runtime/gpu/device";
import { openGpu } from "../../src/runtime/gpu/device";
import { fillModel } from "../../src/runtime/library/fillModel";
import { hubModel } from "../../src/runtime/library/hub";
import type { ModelAbout } from "../../src/runtime/library/manifest";
import { recordKey } from "../../src/runtime/library/manifest";
import { MemoryStore } from "../../src/runtime/library/memoryStore";
import { ModelLibrary } from "../../src/runtime/library/modelLibrary";
import { type RemoteModel, urlModel } from "../../src/runtime/library/remoteModel";
import { loadKept, loadRemote } from "../../src/runtime/loadKept";
import { quantize } from "../../src/runtime/model/quantize/quantize";
import { describeModel } from "../../src/runtime/openModel";
import { createIdbStore } from "../../src/worker/idbStore";
import {
  describeLibrary,
  type LibraryRequest,
  type LibraryResult,
  type Part,
  type PartCost,
  type ProcessorMs,
} from "./libraryResult";

const CHOICE = { level: "stored", recipe: "" } as const;
const LOAD = { ...CHOICE, variant: "auto", download: {} } as const;
const QUANTIZED = ["q8_0", "q4_0", "q6_k", "q4_k"] as const;
const PIECE_BYTES = 4 * 2 ** 20;
/** Less is no record. */
const RECORD_BYTES = 2 ** 20;
const ROUNDS = 4;

const store = createIdbStore("vitrine-bench");
/** As most pages keep bytes: arrays, by plain idb-keyval. */
const plainStore = createStore("vitrine-bench-plain", "records");
const library = new ModelLibrary(store);

async function measureLibrary({ folder, hub, line, report }: LibraryRequest): Promise<LibraryResult> {
  const gpu = await openGpu(navigator.gpu);
  const weights = `${folder}model.safetensors`;
  const byUrl = urlModel(folder, {});
  const byId = hub && (await hubModel({ id: hub.id, revision: "main", file: null }, { ...hub, token: null }, {}));
  // Kernels are compiled and timed once a device; that is no cost of a library.
  (await loadRemote(gpu, new ModelLibrary(new MemoryStore()), byUrl, LOAD)).model.destroy();
  const modelBytes = await fetchWhole(weights);
  const times = new Costs(report);
  let planeBytes = 0;
  let stored = 0;
  // What is compared takes turns: other programs come and go.
  for (let round = 0; round < ROUNDS; round++) {
    await times.take("plainFetch", () => fetchWhole(weights));
    if (byId !== null) await (await times.take("hashedCold", () => firstLoad(gpu, byId))).kept;
    await library.deleteAll();
    await times.take("ranges", () => fetchRanges(weights));
    await times.take("filling", () => fillOnly(byUrl));
    await times.take("unkept", () => firstLoad(gpu, byUrl, new ModelLibrary(new NoRecords())));
    await times.take("plainFetch", () => fetchWhole(weights));
    await times.take("kept", async () => {
      const { kept } = await times.take("cold", () => firstLoad(gpu, byUrl));
      await kept;
    });
    const [kept] = await library.list();
    if (kept === undefined) throw new Error("Nothing was kept.");
    const about = await library.about(kept.id);
    await writePlainly(about, times);
    await times.take("plainRead", () => readPlainly(about));
    await times.take("warm", async () => {
      const { model } = await loadKept(gpu, library, about, LOAD);
      planeBytes = Object.values(model.weights.bytesByFormat).reduce((sum, bytes) => sum + bytes, 0);
      model.destroy();
    });
    await times.take("plainRead", () => readPlainly(about));
    await times.take("reading", () => readAll(about));
    await times.take("recordRead", () => readRecords(about));
    stored = await storedBytes();
    await library.deleteAll();
    await clear(plainStore);
    if (line !== null) await loadOverLine(gpu, line.folder, times);
  }
  gpu.device.destroy();
  return {
    costs: times.least(),
    lineBytesPerSecond: line?.bytesPerSecond ?? null,
    modelBytes,
    storedOverPlanes: stored / planeBytes,
    quantizeOverCopy: quantizeOverCopy(),
  };
}

/** As people have it: the server is not as near, and the library has time to work beside it. */
async function loadOverLine(gpu: Gpu, folder: string, times: Costs): Promise<void> {
  await times.take("lineFetch", () => fetchWhole(`${folder}model.safetensors`));
  await times.take("lineKept", async () => {
    await (await times.take("lineCold", () => firstLoad(gpu, urlModel(folder, {})))).kept;
  });
  await library.deleteAll();
}

/** Until it is on the GPU. @returns what ends when all of it is kept */
async function firstLoad(gpu: Gpu, remote: RemoteModel, into = library): Promise<{ kept: Promise<void> }> {
  let kept: Promise<void> = Promise.resolve();
  const onKeeping = (keeping: Promise<void>): void => {
    kept = keeping;
  };
  (await loadRemote(gpu, into, remote, { ...LOAD, onKeeping })).model.destroy();
  return { kept };
}

/** Keeps what is small, and says of records that it did. */
class NoRecords extends MemoryStore {
  override put(entries: readonly StoreEntry[]): Promise<void> {
    return super.put(entries.filter(([, bytes]) => bytes === null || bytes.length < RECORD_BYTES));
  }
}

async function fetchRanges(url: string): Promise<void> {
  const source = await urlSource(url);
  for await (const _ of streamOf(source, 0, source.sizeBytes));
}

async function fillOnly(remote: RemoteModel): Promise<void> {
  const into = new ModelLibrary(new NoRecords());
  const files = await remote.open();
  const { tensors } = describeModel(files);
  const about = await into.begin({ ...remote, ...CHOICE, name: files.name, files, tensors });
  const kept = await into.open(about, async (file) => files.sources[file] ?? null);
  await (await fillModel(kept, files.sources)).kept;
}

async function fetchWhole(url: string): Promise<number> {
  const reader = (await fetch(url, { cache: "no-store" })).body?.getReader();
  let bytes = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) bytes += part.value.length;
  return bytes;
}

async function readAll(about: ModelAbout): Promise<void> {
  // Opened anew: nothing of it is in memory.
  const again = await library.open(about, async () => null);
  for (const { start, sizeBytes, source } of again.tensors().values()) {
    for (let at = 0; at < sizeBytes; at += PIECE_BYTES)
      await source.read(start + at, Math.min(PIECE_BYTES, sizeBytes - at));
  }
}

async function readRecords(about: ModelAbout): Promise<void> {
  const { plan } = await library.open(about, async () => null);
  for (const { index } of plan) await store.get(recordKey(about.id, index));
}

async function readPlainly(about: ModelAbout): Promise<void> {
  const { plan } = await library.open(about, async () => null);
  for (const { index } of plan) await get(index, plainStore);
}

/** The very bytes: what compresses well would be written, and read, in less time. */
async function writePlainly(about: ModelAbout, times: Costs): Promise<void> {
  const { plan } = await library.open(about, async () => null);
  const records = await Promise.all(plan.map(({ index }) => store.get(recordKey(about.id, index))));
  await times.take("plainWrite", async () => {
    for (const [index, bytes] of records.entries()) await set(index, bytes, plainStore);
  });
}

async function storedBytes(): Promise<number> {
  let bytes = 0;
  for (const key of await store.keys("")) bytes += (await store.get(key))?.length ?? 0;
  return bytes;
}

function quantizeOverCopy(): Record<string, number> {
  const values = Float32Array.from({ length: 2 ** 20 }, (_, index) => Math.sin(index));
  const target = new Float32Array(values.length);
  const copied = bestOf(() => {
    for (let round = 0; round < 16; round++) target.set(values);
  });
  return Object.fromEntries(
    QUANTIZED.map((level) => [level, copied / 16 / bestOf(() => void quantize(values, level, "bench"))]),
  );
}

function bestOf(run: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  return Math.min(...times);
}

/** What was done in each round. */
class Costs {
  private readonly fastest = new Map<Part, PartCost>();

  /** @param counter tells the processor time used so far; null: nobody does */
  constructor(private readonly counter: string | null) {}

  async take<T>(name: Part, run: () => Promise<T>): Promise<T> {
    const before = await this.processor();
    const started = performance.now();
    const result = await run();
    const ms = performance.now() - started;
    const processor = difference(await this.processor(), before);
    if (ms < (this.fastest.get(name)?.ms ?? Number.POSITIVE_INFINITY)) this.fastest.set(name, { ms, processor });
    return result;
  }

  least(): ReadonlyMap<Part, PartCost> {
    return this.fastest;
  }

  private async processor(): Promise<ProcessorMs | null> {
    if (this.counter === null) return null;
    return (await (await fetch(this.counter)).json()) as ProcessorMs | null;
  }
}

function difference(after: ProcessorMs | null, before: ProcessorMs | null): ProcessorMs | null {
  if (after === null || before === null) return null;
  return Object.fromEntries(Object.entries(after).map(([kind, ms]) => [kind, ms - (before[kind] ?? 0)]));
}

addEventListener("message", async ({ data }: MessageEvent<LibraryRequest>) => {
  let text: string;
  try {
    const result = await measureLibrary(data);
    postMessage({ result });
    text = describeLibrary(result);
  } catch (error) {
    text = error instanceof Error ? error.message : String(error);
    postMessage({ error: text });
  }
  if (data.report !== null) await fetch(data.report, { method: "POST", mode: "no-cors", body: text });
  close();
});
