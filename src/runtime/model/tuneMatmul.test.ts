import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { openModel } from "../openModel";
import { openNodeGpu } from "../testing/nodeGpu";
import { syntheticLlama } from "../testing/syntheticModel";
import { tuneMatmul } from "./tuneMatmul";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openNodeGpu("null");
});
afterAll(() => gpu.device.destroy());

describe("tuneMatmul", () => {
  it("times both tiles where f16 is offered, says what it found, and frees what it used", async () => {
    const files = await openModelFiles(syntheticLlama().files);
    const { model } = await openModel(gpu, files, { level: "stored", variant: "barrier_free" });
    const before = gpu.allocatedBytes;
    const [block] = model.weights.blocks;
    const { variant, reason } = await tuneMatmul(gpu, block === undefined ? [] : [block.o, block.down]);
    expect(gpu.has("shader-f16")).toBe(true);
    expect(["tiled", "tiled_f16"]).toContain(variant);
    expect(reason).toMatch(/f16 tiles \d+\.\d\d x as fast/);
    expect(gpu.allocatedBytes).toBe(before);
    model.destroy();
  });
});
