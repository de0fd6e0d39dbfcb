import { beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { packPatterns, patternVariation } from "./patternVariation";
import { patternVariationReference } from "./patternVariation.reference";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const MASKED = -3e38;

/** Causal rows that sum to 1; what is behind the mask holds what the tile kernel leaves there. */
function pattern(random: SeededRandom, rows: number, keys: number): Float32Array {
  const cells = new Float32Array(rows * keys).fill(MASKED);
  for (let row = 0; row < rows; row++) {
    const seen = Math.min(keys, row + 1);
    const weights = Array.from({ length: seen }, () => random.normal() ** 2);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    cells.set(
      weights.map((weight) => weight / total),
      row * keys,
    );
  }
  return cells;
}

describe("total variation between patterns", () => {
  it.each([
    [1, 1],
    [7, 7],
    [63, 64],
    [65, 31],
    [131, 131],
  ])("%d rows of %d keys, against float64", async (rows, keys) => {
    const random = new SeededRandom(rows);
    const harness = new KernelHarness(gpu);
    const p = pattern(random, rows, keys);
    const q = pattern(random, rows, keys);
    const at = 5;
    const variation = harness.filled(at + rows + 1, 7);
    const patterns = harness.uniform(packPatterns(rows, keys, at).buffer);
    const [reference, level] = [harness.buffer(p), harness.buffer(q)];
    harness.run([await patternVariation(gpu, { patterns, reference, level, variation })], rows);
    const got = await harness.floats(variation);
    // Sums of at most 131 weights below 1 in f32.
    expectClose(got.subarray(at, at + rows), patternVariationReference(p, q, rows, keys), 2e-6);
    expect([...got.subarray(0, at), got[at + rows]]).toEqual(Array(at + 1).fill(7));
    harness.run([await patternVariation(gpu, { patterns, reference, level: reference, variation })], rows);
    const same = await harness.floats(variation);
    expect([...same.subarray(at, at + rows)]).toEqual(Array(rows).fill(0));
    harness.clear();
  });
});
