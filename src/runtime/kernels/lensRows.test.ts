import { beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import { KernelHarness, openTestGpu, padRows } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { LENS_NUMBERS, lensRows } from "./lensRows";
import { lensRowReference } from "./lensRows.reference";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe.each(["serial", "workgroup"] as const)("lens rows, %s", (variant) => {
  it.each([
    [1, 1, 0],
    [2, 31, 30],
    [7, 257, 256],
    [3, 5003, 77],
  ])("%d rows over %d tokens, %d followed, against float64", async (T, V, followed) => {
    const logits = new SeededRandom(V).normals(T * V, 4);
    // A tie in the first row: the lower id wins.
    if (V > 20) logits[5] = logits[19] = 40;
    const harness = new KernelHarness(gpu);
    const stride = paddedStride(V);
    const cells = harness.filled((T + 1) * LENS_NUMBERS, 7);
    const dispatch = await lensRows(gpu, {
      vocabSize: V,
      step: harness.step(3, T),
      followed: harness.uniform(Uint32Array.of(followed, 0, 0, 0).buffer),
      // What pads a row of logits is nobody's logit.
      logits: harness.buffer(padRows(logits, T, V, stride).map((x, i) => (i % stride < V ? x : 1e9))),
      cells,
      variant,
    });
    harness.run([dispatch], T);
    const floats = await harness.floats(cells, (T + 1) * LENS_NUMBERS);
    const words = new Uint32Array(floats.buffer);
    for (let t = 0; t < T; t++) {
      const want = lensRowReference(logits.subarray(t * V, (t + 1) * V), followed);
      expect(words[t * LENS_NUMBERS]).toBe(want.id);
      // Logits to 40 in f32, exp to 3e-7 of its value.
      expect(Math.abs((floats[t * LENS_NUMBERS + 1] as number) - want.lnTop)).toBeLessThan(4e-6);
      expect(Math.abs((floats[t * LENS_NUMBERS + 2] as number) - want.lnFollowed)).toBeLessThan(8e-6);
    }
    if (V > 20) expect(words[0]).toBe(5);
    // The row beyond the step is as it was.
    expect([...floats.subarray(T * LENS_NUMBERS)]).toEqual([7, 7, 7]);
    harness.clear();
  });
});
