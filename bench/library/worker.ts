/** Measures the model library where it runs: in a worker. */

import type { Gpu } from "../../src/runtime/gpu/device";
import { openGpu } from "../../src/runtime/gpu/device";
import { hubModel } from "../../src/runtime/library/hub";
import type { ModelAbout } from "../../src/runtime/library/manifest";
import { recordKey } from "../../src/runtime/library/manifest";
import { MemoryStore } from "../../src/runtime/library/memoryStore";
import { ModelLibrary } from "../../src/runtime/library/modelLibrary";
import { type RemoteModel, urlModel } from "../../src/runtime/library/remoteModel";
import { loadKept, loadRemote } from "../../src/runtime/loadKept";
import { quantize } from "../../src/runtime/model/quantize/quantize";
import { createIdbStore } from "../../src/worker/idbStore";
import type { LibraryRequest, LibraryResult } from "./libraryResult";

const LOAD = { level: "stored", recipe: "", variant: "auto", download: {} } as const;
const QUANTIZED = ["q8_0", "q4_0", "q6_k", "q4_k"] as const;
const PIECE_BYTES = 4 * 2 ** 20;
const ROUNDS = 3;

const store = createIdbStore("vitrine-bench");
const library = new ModelLibrary(store);

async function measureLibrary({ folder, hub }: LibraryRequest): Promise<LibraryResult> {
  const gpu = await openGpu(navigator.gpu);
  const byUrl = urlModel(folder, {});
  const byId = hub && (await hubModel({ id: hub.id, revision: "main", file: null }, { ...hub, token: null }, {}));
  // Kernels are compiled and timed once a device; that is no cost of a library.
  (await loadRemote(gpu, new ModelLibrary(new MemoryStore()), byUrl, LOAD)).model.destroy();
  const modelBytes = await fetchWhole(`${folder}model.safetensors`);
  const plainFetch = await best(() => fetchWhole(`${folder}model.safetensors`));
  const hashedCold =
    byId &&
    (await best(
      () => firstLoad(gpu, byId),
      () => library.deleteAll(),
    ));
  const cold = await best(
    () => firstLoad(gpu, byUrl),
    () => library.deleteAll(),
  );
  const [kept] = await library.list();
  if (kept === undefined) throw new Error("Nothing was kept.");
  const about = await library.about(kept.id);
  const planes = { bytes: 0 };
  const warm = await best(async () => {
    const { model } = await loadKept(gpu, library, about, LOAD);
    planes.bytes = Object.values(model.weights.bytesByFormat).reduce((sum, bytes) => sum + bytes, 0);
    model.destroy();
  });
  const reading = await best(() => readAll(about));
  const plainRead = await best(() => readPlainly(about));
  const plainWrite = await best(() => writePlainly(about));
  const stored = await storedBytes();
  await library.deleteAll();
  gpu.device.destroy();
  return {
    ...{ cold, hashedCold, plainFetch, plainWrite, warm, reading, plainRead, modelBytes },
    storedOverPlanes: stored / planes.bytes,
    quantizeOverCopy: quantizeOverCopy(),
  };
}

async function firstLoad(gpu: Gpu, remote: RemoteModel): Promise<void> {
  (await loadRemote(gpu, library, remote, LOAD)).model.destroy();
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

async function readPlainly(about: ModelAbout): Promise<void> {
  const { plan } = await library.open(about, async () => null);
  for (const { index } of plan) await store.get(recordKey(about.id, index));
}

async function writePlainly(about: ModelAbout): Promise<void> {
  const { plan } = await library.open(about, async () => null);
  for (const { index, start, end } of plan) {
    const key = recordKey(about.id, index);
    await store.put([[key, new Uint8Array(end - start).fill(index)]]);
  }
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

/** Milliseconds of the fastest round. @param before each round, and not counted */
async function best(run: () => Promise<unknown>, before: () => Promise<void> = async () => {}): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    await before();
    const started = performance.now();
    await run();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

addEventListener("message", async ({ data }: MessageEvent<LibraryRequest>) => {
  try {
    postMessage({ result: await measureLibrary(data) });
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
