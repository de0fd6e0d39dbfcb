/** What a first load takes of the heap where the store is slower than the source: records, not models. */
import { expect, it } from "vitest";
import { heldBytes } from "../../shared/testing/heap";
import { aWhile } from "../../shared/testing/waits";
import { openModelFiles } from "../files/modelFiles";
import { loadRemote } from "../loadKept";
import { openTestGpu } from "../testing/kernelHarness";
import { unstoredLlama } from "../testing/unstoredFiles";
import { MemoryStore } from "./memoryStore";
import { ModelLibrary } from "./modelLibrary";

const MIB = 2 ** 20;

/** Takes a record only when nothing more comes meanwhile, and keeps none. */
class SlowStore extends MemoryStore {
  reads = 0;
  most = 0;
  records = 0;

  override async put(entries: Parameters<MemoryStore["put"]>[0]): Promise<void> {
    const isRecord = entries.some(([key]) => key.startsWith("record/"));
    for (let before = -1; isRecord && before !== this.reads; ) {
      before = this.reads;
      for (let times = 0; times < 3; times++) await aWhile();
    }
    if (isRecord) {
      this.records += 1;
      this.most = Math.max(this.most, heldBytes());
    }
    await super.put(entries.filter(([key]) => !key.startsWith("record/")));
  }
}

it("of two models, one twice as large, it is the same: some records", { timeout: 300_000 }, async () => {
  const gpu = await openTestGpu();
  const added: number[] = [];
  const sizes: number[] = [];
  // Records enough that some are written while as many wait as may.
  for (const layers of [4, 16]) {
    const store = new SlowStore();
    const sources = unstoredLlama("F32", layers, () => {
      store.reads += 1;
    });
    sizes.push(sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    const remote = {
      ...{ sourceKey: "heap", link: "heap", name: "heap", revision: "1", licence: null, hashes: new Map() },
      open: () => openModelFiles(sources),
    };
    const choice = { level: "stored", recipe: "", variant: "workgroup", download: {} } as const;
    const before = heldBytes();
    const opened = await loadRemote(gpu, new ModelLibrary(store), remote, choice);
    opened.model.destroy();
    expect(store.records).toBeGreaterThan(5);
    added.push(store.most - before);
  }
  const [small = 0, large = 0] = added;
  console.log(
    `heap ${added.map((bytes) => (bytes / MIB).toFixed(0)).join(" and ")} MiB for ${sizes.join(" and ")} bytes`,
  );
  expect((sizes[1] ?? 0) / (sizes[0] ?? 0)).toBeGreaterThan(1.8);
  // Six wait, one is being made, another is read: 16 MiB each, and less than a unit more.
  expect(large).toBeLessThan(160 * MIB);
  expect(large - small).toBeLessThan(32 * MIB);
  expect(gpu.allocatedBytes).toBe(0);
});
