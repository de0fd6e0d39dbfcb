/** What loading takes of the heap and of ArrayBuffers while it runs, whatever the files are. */
import { beforeAll, expect, it } from "vitest";
import type { Level } from "../../shared/quant";
import { heldBytes } from "../../shared/testing/heap";
import type { ByteSource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { openModel } from "../openModel";
import { openTestGpu } from "../testing/kernelHarness";
import { type OnRead, unstoredGguf, unstoredGpt2, unstoredLlama } from "../testing/unstoredFiles";

const MIB = 2 ** 20;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const CASES: readonly [string, Level, (onRead: OnRead) => ByteSource[]][] = [
  ["safetensors in f32", "stored", (onRead) => unstoredLlama("F32", 8, onRead)],
  ["safetensors in bf16", "q8_0", (onRead) => unstoredLlama("BF16", 10, onRead)],
  ["GGUF in q4_0", "stored", (onRead) => unstoredGguf(22, onRead)],
  ["GPT-2 in f32", "stored", (onRead) => unstoredGpt2("F32", 5, onRead)],
  ["GPT-2 in f16", "q8_0", (onRead) => unstoredGpt2("F16", 6, onRead)],
];

it.each(CASES)("100 to 240 MB of %s as %s take at most 64 MiB at a time", async (_, level, files) => {
  let most = 0;
  let measured = 0;
  // Collected first, so that only what is really held counts, whenever the collector would have run.
  const measure = () => {
    if (++measured % 8 !== 0) return;
    most = Math.max(most, heldBytes());
  };
  const { queue } = gpu.device;
  const write = queue.writeBuffer.bind(queue);
  const sources = files(measure);
  const bytes = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  expect(bytes).toBeGreaterThan(110e6);
  expect(bytes).toBeLessThan(240e6);
  queue.writeBuffer = (...parameters: Parameters<GPUQueue["writeBuffer"]>) => {
    measure();
    return write(...parameters);
  };
  try {
    const start = heldBytes();
    const opened = await openModel(gpu, await openModelFiles(sources), { level, variant: "auto" });
    expect(measured).toBeGreaterThan(30);
    expect(most - start).toBeGreaterThan(0);
    expect(most - start).toBeLessThan(64 * MIB);
    expect(heldBytes() - start).toBeLessThan(16 * MIB);
    opened.model.destroy();
  } finally {
    queue.writeBuffer = write;
  }
});
