import { afterAll, beforeAll, expect, it, describe as suite } from "vitest";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { openModel } from "../openModel";
import { openNodeGpu } from "../testing/nodeGpu";
import { syntheticLlama } from "../testing/syntheticModel";
import { matvecCandidates, tuneMatvec } from "./tuneMatvec";

let gpu: Gpu;

beforeAll(async () => {
  gpu = await openNodeGpu("swiftshader");
});

afterAll(() => gpu.device.destroy());

suite("tuneMatvec", () => {
  it("offers no subgroup wider than the adapter's smallest", () => {
    const lanes = matvecCandidates(gpu).flatMap((layout) => (layout.variant === "subgroup" ? [layout.lanes] : []));
    expect(lanes.length).toBeGreaterThan(0);
    expect(Math.max(...lanes)).toBeLessThanOrEqual(gpu.subgroupMinSize);
  });

  it("times every candidate on the model's matrices and frees what it used", async () => {
    const files = await openModelFiles(syntheticLlama().files);
    const { model } = await openModel(gpu, files, { level: "stored", variant: "barrier_free" });
    const before = gpu.allocatedBytes;
    const [block] = model.weights.blocks;
    const candidates = matvecCandidates(gpu).slice(0, 3);
    const { layout, reason } = await tuneMatvec(gpu, block === undefined ? [] : [block.o, block.down], candidates);
    expect(candidates).toContainEqual(layout);
    expect(reason).toContain("fastest of 3");
    expect(gpu.allocatedBytes).toBe(before);
    model.destroy();
  });
});
