/** One layer of rollout on plain arrays, and the formula by hand. Whole models: session/attentionWatch.test.ts. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { patternReference } from "./attention.reference";
import { attentionRollout } from "./attentionRollout";
import { attentionRolloutReference } from "./attentionRollout.reference";

let gpu: Gpu;
let harness: KernelHarness;
beforeAll(async () => {
  gpu = await openTestGpu();
  harness = new KernelHarness(gpu);
});
afterEach(() => harness.clear());

describe.each([1, 16])("a layer of rollout, %d lanes", (lanes) => {
  it.each([
    { H: 1, K: 1, D: 4, T: 1, slidingWindow: null },
    { H: 6, K: 2, D: 20, T: 33, slidingWindow: null },
    { H: 4, K: 4, D: 8, T: 150, slidingWindow: 7 },
  ])("%o: half its mean pattern, half itself", async ({ H, K, D, T, slidingWindow }) => {
    const random = new SeededRandom(T);
    const capacity = T + 3;
    const scale = 1 / Math.sqrt(D);
    const [queries, keys] = [random.normals(capacity * H * D, 1), random.normals(K * capacity * D, 1)];
    const request = { numHeads: H, numKvHeads: K, headDim: D, scale, slidingWindow, capacity, queries, keys };
    const above = Float32Array.from({ length: capacity }, (_, t) => (t < T ? random.normal() ** 2 : 99));
    const expected = Float64Array.from(above, (share, t) => (t < T ? share / 2 : 7));
    const denominators = new Float32Array(capacity * H);
    for (let h = 0; h < H; h++) {
      for (let t = 0; t < T; t++) {
        const { first, scores, weights } = patternReference({ ...request, position: 0, rows: T }, t, h);
        denominators[t * H + h] = (scores[0] as number) - Math.log(weights[0] as number);
        for (const [i, weight] of weights.entries()) {
          expected[first + i] = (expected[first + i] as number) + ((above[t] as number) * weight) / (2 * H);
        }
      }
    }
    const below = harness.filled(capacity, 7);
    const dispatch = await attentionRollout(gpu, {
      label: "test",
      attention: { ...request, qkNorm: null, causal: true },
      queries: harness.buffer(queries),
      keys: harness.buffer(keys),
      denominators: harness.buffer(denominators),
      capacity,
      precision: "f32",
      rollout: harness.uniform(Uint32Array.of(T, 0, 0, 0).buffer),
      above: harness.buffer(above),
      below,
      lanes,
    });
    harness.run([dispatch], T);
    // Sums of up to 150 shares, whose weights are off by a few 2^-24 each.
    expectClose(await harness.floats(below, capacity), expected, 1e-4, "shares");
  });
});

describe("the rollout of two layers by hand", () => {
  it("is their product, the last layer leftmost", () => {
    const first = [[1], [0.5, 0.5]];
    const [one, other] = [
      [[1], [1, 0]],
      [[1], [0.6, 0.4]],
    ];
    // Means: 0.8 and 0.2. Mixed with the identity: rows (0.25, 0.75) below, (0.4, 0.6) above.
    const rolled = attentionRolloutReference([[first], [one, other]]);
    expect(rolled[0]).toEqual(Float64Array.of(1, 0));
    expectClose(rolled[1] as Float64Array, [0.4 + 0.6 * 0.25, 0.6 * 0.75], 1e-12, "row 1");
  });
});
