import { afterAll, beforeAll, expect, it, describe as suite } from "vitest";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { openModel } from "../openModel";
import { openNodeGpu } from "../testing/nodeGpu";
import { syntheticLlama } from "../testing/syntheticModel";
import { matvecCandidates, tuneMatvec } from "./tuneMatvec";

let gpu: Gpu;
/** Computes nothing: what is timed does not matter here, and barriers are slow on software adapters. */
let idle: Gpu;

beforeAll(async () => {
  gpu = await openNodeGpu("swiftshader");
  idle = await openNodeGpu("null");
});

afterAll(() => {
  gpu.device.destroy();
  idle.device.destroy();
});

suite("tuneMatvec", () => {
  it("offers no subgroup wider than the adapter's smallest", () => {
    const lanes = matvecCandidates(gpu).flatMap((layout) => (layout.variant === "subgroup" ? [layout.lanes] : []));
    expect(lanes.length).toBeGreaterThan(0);
    expect(Math.max(...lanes)).toBeLessThanOrEqual(gpu.subgroupMinSize);
  });

  it("times every candidate on the model's matrices and frees what it used", async () => {
    const files = await openModelFiles(syntheticLlama().files);
    const { model } = await openModel(idle, files, { level: "stored", variant: "barrier_free" });
    const before = idle.allocatedBytes;
    const [block] = model.weights.blocks;
    const candidates = matvecCandidates(idle).slice(0, 3);
    const { layout, reason } = await tuneMatvec(idle, block === undefined ? [] : [block.o, block.down], candidates);
    expect(candidates).toContainEqual(layout);
    expect(reason).toContain("fastest of 3");
    expect(idle.allocatedBytes).toBe(before);
    model.destroy();
  });
});
