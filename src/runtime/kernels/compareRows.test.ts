import { beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu, padRows } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { compareRows, SCORE_NUMBERS, scoreBytes, topBytes } from "./compareRows";
import { compareRowReference, lnSoftmax } from "./compareRows.reference";
import type { LogitRowsVariant } from "./logitRows";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Compared {
  /** [T, SCORE_NUMBERS] */
  readonly scores: Float32Array;
  /** [T, 2, top, 3] */
  readonly tops: Uint32Array;
}

async function run(
  variant: LogitRowsVariant,
  V: number,
  top: number,
  reference: Float32Array,
  level: Float32Array,
  next: readonly number[],
): Promise<Compared> {
  const T = next.length;
  const harness = new KernelHarness(gpu);
  const stride = paddedStride(V);
  const scores = harness.filled(scoreBytes(T + 1) / 4, 7);
  const tops = harness.filled(topBytes(T, top) / 4, 7);
  const dispatch = await compareRows(gpu, {
    vocabSize: V,
    top,
    step: harness.step(3, T),
    // What pads a row of logits is nobody's logit.
    reference: harness.buffer(padRows(reference, T, V, stride).map((x, i) => (i % stride < V ? x : 1e9))),
    level: harness.buffer(padRows(level, T, V, stride).map((x, i) => (i % stride < V ? x : 1e9))),
    nextTokens: harness.buffer(Uint32Array.from(next)),
    scores,
    tops,
    variant,
  });
  harness.run([dispatch], T);
  const result = {
    scores: await harness.floats(scores, (T + 1) * SCORE_NUMBERS),
    tops: new Uint32Array(await harness.bytes(tops)),
  };
  // The row beyond the step is as it was.
  expect([...result.scores.subarray(T * SCORE_NUMBERS)]).toEqual(Array(SCORE_NUMBERS).fill(7));
  harness.clear();
  return result;
}

const asFloat = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0] as number;

describe.each(["serial", "workgroup"] as const)("compare rows, %s", (variant) => {
  it.each([
    [1, 3, 1],
    [2, 31, 10],
    [7, 257, 10],
    [3, 5003, 10],
  ])("%d rows over %d tokens, %d listed, against float64", async (T, V, top) => {
    const random = new SeededRandom(V);
    const reference = random.normals(T * V, 3);
    // From nearly the same to far off.
    const level = reference.map((x, i) => x + 10 ** ((Math.floor(i / V) % 4) - 3) * random.normal());
    const next = Array.from({ length: T }, () => random.integer(V));
    const { scores, tops } = await run(variant, V, top, reference, level, next);
    for (let t = 0; t < T; t++) {
      const p = reference.subarray(t * V, (t + 1) * V);
      const q = level.subarray(t * V, (t + 1) * V);
      const want = compareRowReference(p, q, next[t] as number, top);
      const got = scores.subarray(t * SCORE_NUMBERS, (t + 1) * SCORE_NUMBERS);
      // Logits to 20 in f32, exp to 3e-7 of its value: 4e-6 in a logarithm. KLD is relative, errors cancel to first order.
      const expected = [want.nllReference, want.nllLevel, want.kld, want.topProbability, 0];
      expectClose(got, expected, [4e-6, 4e-6, 1e-3 * want.kld + 1e-9, 4e-6, 0], `row ${t}`);
      const lnP = lnSoftmax(p);
      const lnQ = lnSoftmax(q);
      for (const [side, ids] of [want.topReference, want.topLevel].entries()) {
        for (const [n, id] of ids.entries()) {
          const at = ((t * 2 + side) * top + n) * 3;
          expect(tops[at]).toBe(id);
          expect(Math.abs(asFloat(tops[at + 1] as number) - (lnP[id] as number))).toBeLessThan(4e-6);
          expect(Math.abs(asFloat(tops[at + 2] as number) - (lnQ[id] as number))).toBeLessThan(4e-6);
        }
      }
    }
  });

  it("gives exactly 0 for the same logits, and nothing for logits that are all shifted alike", async () => {
    const V = 700;
    const reference = new SeededRandom(5).normals(2 * V, 4);
    const same = await run(variant, V, 10, reference, reference, [1, 2]);
    expect(same.scores[2]).toBe(0);
    expect(same.scores[SCORE_NUMBERS + 2]).toBe(0);
    // A constant on all logits changes nothing but their rounding.
    const shifted = await run(
      variant,
      V,
      10,
      reference,
      reference.map((x) => x + 4),
      [1, 2],
    );
    expect(shifted.scores[2]).toBeGreaterThanOrEqual(0);
    expect(shifted.scores[2]).toBeLessThan(1e-11);
  });

  it("lists equal logits by id, and takes distributions that share nothing", async () => {
    const V = 64;
    const flat = new Float32Array(V);
    const first = flat.map((_, i) => (i === 0 ? 200 : 0));
    const last = flat.map((_, i) => (i === V - 1 ? 200 : 0));
    const ties = await run(variant, V, 4, flat, flat, [5]);
    expect([0, 1, 2, 3].map((n) => ties.tops[n * 3])).toEqual([0, 1, 2, 3]);
    const { scores } = await run(variant, V, 4, first, last, [0]);
    expectClose(scores.subarray(0, 4), [0, 200, 200, 1], [1e-6, 1e-3, 1e-3, 1e-6]);
  });

  it("counts logits that are not numbers", async () => {
    const V = 40;
    const level = new Float32Array(2 * V);
    level[V + 3] = Number.NaN;
    level[V + 4] = Number.POSITIVE_INFINITY;
    const { scores } = await run(variant, V, 4, new Float32Array(2 * V), level, [0, 0]);
    expect(scores[4]).toBe(0);
    expect(scores[SCORE_NUMBERS + 4]).toBeGreaterThan(0);
  });
});
