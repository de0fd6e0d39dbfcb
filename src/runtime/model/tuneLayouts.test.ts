/** Timing layouts at load: what is offered, what is kept, what is freed. */
import { afterAll, beforeAll, expect, it, describe as suite } from "vitest";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { openModel } from "../openModel";
import { openNodeGpu } from "../testing/nodeGpu";
import { syntheticLlama } from "../testing/syntheticModel";
import { fastestLayout } from "./fastestLayout";
import { chooseKernels, describeChoice, tuneKernels } from "./kernelChoice";
import { matvecCandidates, tuneMatvec } from "./tuneMatvec";
import { normCandidates, tuneNorm } from "./tuneNorm";

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

suite("fastestLayout", () => {
  it("keeps the fastest and says by how much", async () => {
    const candidates = matvecCandidates(gpu).slice(0, 3);
    const [first, second, third] = candidates;
    const took = new Map([
      [first, 3],
      [second, 1],
      [third, 2],
    ]);
    const { layout, reason } = await fastestLayout(candidates, async (candidate) => took.get(candidate) ?? 0);
    expect(layout).toBe(second);
    expect(reason).toContain("fastest of 3 timed at load");
    expect(reason).toContain("2.00 x");
  });
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

suite("tuneNorm", () => {
  it("offers each way of reducing, none wider than the adapter's smallest subgroup", () => {
    const candidates = normCandidates(gpu);
    expect(new Set(candidates.map(({ variant }) => variant))).toEqual(
      new Set(["barrier_free", "workgroup", "subgroup"]),
    );
    const subgroups = candidates.filter(({ variant }) => variant === "subgroup");
    expect(Math.max(...subgroups.map(({ lanes }) => lanes))).toBeLessThanOrEqual(gpu.subgroupMinSize);
  });

  it("times the model's own norm, frees what it used, and the choice says so", async () => {
    const files = await openModelFiles(syntheticLlama().files);
    const { model } = await openModel(idle, files, { level: "stored", variant: "barrier_free" });
    const before = idle.allocatedBytes;
    const [block] = model.weights.blocks;
    if (block === undefined) throw new Error("no block");
    const candidates = normCandidates(idle);
    const { layout } = await tuneNorm(idle, block.up, candidates);
    expect(candidates).toContainEqual(layout);
    expect(idle.allocatedBytes).toBe(before);
    model.destroy();
  });

  it("is part of the timing at load on GPUs, and of none on software adapters", async () => {
    const files = await openModelFiles(syntheticLlama().files);
    const { model } = await openModel(idle, files, { level: "stored", variant: "auto" });
    const norm = describeChoice(model.choice).find(({ operation }) => operation === "Norm");
    expect(norm?.reason).toContain(`fastest of ${normCandidates(idle).length} timed at load`);
    model.destroy();
    const choice = chooseKernels(gpu, "auto");
    expect(await tuneKernels(gpu, "auto", choice, [])).toBe(choice);
  });
});
