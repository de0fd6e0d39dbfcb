/** Two small models on the same tokens, against full logits in float64. */
import { beforeAll, describe, expect, it } from "vitest";
import { COMPARED_TOP, type TokenScores } from "../../shared/comparison";
import { joinScores } from "../../shared/growingScores";
import { comparisonStatistics } from "../../shared/runningStatistics";
import type { Gpu } from "../gpu/device";
import { compareRowReference } from "../kernels/compareRows.reference";
import { openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { referenceForward } from "../testing/referenceForward";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { KeptLogits } from "./keptLogits";
import { PairScorer } from "./pairScorer";
import { planWindows, scoredCount, textWindows } from "./textWindows";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const original = syntheticLlama();
/** The same model with other numbers in its matrices: stands for a level whose weights are known exactly. */
const changed = syntheticLlama({}, (name, values) => {
  if (name.includes("norm")) return;
  const random = new SeededRandom(name.length);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * (1 + 0.05 * random.normal());
});
const BOS = 1;
const ids = Array.from({ length: 100 }, (_, i) => (i * 37 + (i % 7)) % original.spec.vocabSize);

// Each format compiles kernels of its own, which takes software adapters long.
describe("scoring two models together", { timeout: 300_000 }, () => {
  it("equals a float64 recomputation from full logits, over windows and chunks", async () => {
    const [p, q] = [await openSynthetic(gpu, original), await openSynthetic(gpu, changed)];
    const plan = planWindows(ids.length, 512, { window: 40, firstScored: 10 });
    const windows = textWindows(ids, BOS, plan);
    expect(windows.map(({ ids: window, start }) => [window.length, start])).toEqual([
      [40, 0],
      [40, 40],
      [20, 80],
    ]);
    const scorer = await PairScorer.create(p.model, q.model, plan.window);
    const parts: TokenScores[] = [];
    for (const window of windows) parts.push(await scorer.score(window, plan.firstScored));
    await scorer.close();
    const scores = joinScores(parts);
    expect(scores.kld).toHaveLength(scoredCount(windows, plan));

    const wanted = windows.flatMap((window) => {
      const [lp, lq] = [original, changed].map((model) => referenceForward(model, window.ids));
      return window.ids.slice(plan.firstScored, -1).map((_, i) => {
        const row = plan.firstScored + i;
        const next = window.ids[row + 1] as number;
        const numbers = compareRowReference(lp?.[row] ?? [], lq?.[row] ?? [], next, COMPARED_TOP);
        return { ...numbers, next, place: window.start + row + 1 };
      });
    });
    expect([...scores.places]).toEqual(wanted.map(({ place }) => place));
    for (const [i, want] of wanted.entries()) {
      expect(want.next).toBe(ids[want.place]);
      expect(Math.abs((scores.nllReference[i] as number) - want.nllReference)).toBeLessThan(2e-5);
      expect(Math.abs((scores.nllLevel[i] as number) - want.nllLevel)).toBeLessThan(2e-5);
      expect(Math.abs((scores.kld[i] as number) - want.kld)).toBeLessThan(1e-3 * want.kld + 1e-9);
      expect(scores.topReference[i]).toBe(want.topReference[0]);
      expect(scores.topLevel[i]).toBe(want.topLevel[0]);
    }
    const statistics = comparisonStatistics(scores);
    const meanKld = wanted.reduce((sum, { kld }) => sum + kld, 0) / wanted.length;
    const agreed = wanted.filter(({ topReference, topLevel }) => topReference[0] === topLevel[0]).length;
    const meanNll = wanted.reduce((sum, { nllLevel }) => sum + nllLevel, 0) / wanted.length;
    expect(statistics?.meanKld.value).toBeCloseTo(meanKld, 6);
    expect(statistics?.sameTop.value).toBe(agreed / wanted.length);
    expect(Math.abs((statistics?.perplexity.value ?? 0) / Math.exp(meanNll) - 1)).toBeLessThan(1e-5);
    // The test says something: the two models do differ, and not in everything.
    expect(meanKld).toBeGreaterThan(1e-3);
    expect(agreed).toBeLessThan(wanted.length);
    expect(agreed).toBeGreaterThan(wanted.length / 4);
    p.model.destroy();
    q.model.destroy();
  });

  it("a model against itself: KLD 0 exactly, every token the same", async () => {
    const { model } = await openSynthetic(gpu, original);
    const scorer = await PairScorer.create(model, model, 40);
    const scores = await scorer.score({ ids: ids.slice(0, 40), start: 0 }, 5);
    await scorer.close();
    expect(Math.max(...scores.kld)).toBe(0);
    expect(scores.topLevel).toEqual(scores.topReference);
    expect(scores.nllLevel).toEqual(scores.nllReference);
    model.destroy();
  });

  it("against logits that were kept: the same numbers, with the reference gone", async () => {
    const plan = planWindows(ids.length, 512, { window: 40, firstScored: 10 });
    const windows = textWindows(ids, BOS, plan);
    const [p, q] = [await openSynthetic(gpu, original), await openSynthetic(gpu, changed)];
    const live = await PairScorer.create(p.model, q.model, plan.window);
    const wanted: TokenScores[] = [];
    for (const window of windows) wanted.push(await live.score(window, plan.firstScored));
    await live.close();
    const before = gpu.allocatedBytes;
    const kept = await KeptLogits.create(p.model, plan);
    for (const window of windows) await kept.begin(window);
    await kept.letGo();
    const rowBytes = Math.ceil(original.spec.vocabSize / 32) * 32 * 4;
    expect(KeptLogits.bytesOf(windows, plan, original.spec.vocabSize)).toBe((29 + 29 + 9) * rowBytes);
    // Beside the scored rows, one chunk of rows that are shown: nothing else of the model's own pass is left.
    expect(kept.gpuBytes).toBe((29 + 29 + 9 + 40) * rowBytes);
    expect(gpu.allocatedBytes - before).toBe(kept.gpuBytes);
    p.model.destroy();
    const scorer = await PairScorer.against(kept, q.model, plan.window);
    // In another order, and one window twice.
    for (const index of [2, 0, 1, 0]) {
      const window = windows[index] as (typeof windows)[number];
      expect(await scorer.score(window, plan.firstScored)).toEqual(wanted[index]);
    }
    await expect(scorer.score({ ids, start: 0 }, 0)).rejects.toMatchObject({ name: "InvalidStateError" });
    await scorer.close();
    await kept.close();
    q.model.destroy();
    expect(gpu.allocatedBytes).toBeLessThan(before);
  });

  it("fewer bits, more divergence", async () => {
    // 256 wide, so that q2_k is q2_k.
    const wide = syntheticLlama({ hidden_size: 256, intermediate_size: 256, vocab_size: 61, num_hidden_layers: 1 });
    const reference = await openSynthetic(gpu, wide);
    const means: number[] = [];
    for (const level of ["f16", "q8_0", "q4_0", "q2_k"] as const) {
      const { model } = await openSynthetic(gpu, wide, { level });
      const scorer = await PairScorer.create(reference.model, model, 30);
      const scores = await scorer.score({ ids: ids.slice(0, 30).map((id) => id % 61), start: 0 }, 0);
      await scorer.close();
      means.push(comparisonStatistics(scores)?.meanKld.value ?? 0);
      model.destroy();
    }
    expect(means).toEqual([...means].sort((a, b) => a - b));
    reference.model.destroy();
  });

  it("refuses other vocabularies", async () => {
    const [p, q] = [await openSynthetic(gpu, original), await openSynthetic(gpu, syntheticLlama({ vocab_size: 96 }))];
    await expect(PairScorer.create(p.model, q.model, 8)).rejects.toMatchObject({ name: "InvalidSettingError" });
    p.model.destroy();
    q.model.destroy();
  });
});

describe("windows", () => {
  it("default to half of 512, or of what there is", () => {
    expect(planWindows(5000, 8192, { window: null, firstScored: null })).toEqual({
      window: 512,
      firstScored: 256,
    });
    expect(planWindows(5000, 128, { window: null, firstScored: null })).toEqual({ window: 128, firstScored: 64 });
    expect(planWindows(9, 8192, { window: null, firstScored: null })).toEqual({ window: 9, firstScored: 4 });
  });

  it("score every token but those before the first scored row and each window's first", () => {
    const plan = { window: 10, firstScored: 0 };
    const text = ids.slice(0, 25);
    const plain = textWindows(text, null, plan);
    expect(scoredCount(plain, plan)).toBe(22);
    expect(plain[1]).toEqual({ ids: ids.slice(10, 20), start: 10 });
    const begun = textWindows(text, BOS, plan);
    expect(scoredCount(begun, plan)).toBe(22);
    expect(begun[1]).toEqual({ ids: [BOS, ...ids.slice(11, 20)], start: 10 });
    // The text itself stays as it was.
    expect(text).toEqual(ids.slice(0, 25));
  });

  it("refuse what leaves nothing to score", () => {
    expect(() => planWindows(1, 512, { window: null, firstScored: null })).toThrow(/too short/);
    expect(() => planWindows(100, 512, { window: 50, firstScored: 49 })).toThrow(/too short/);
    expect(() => planWindows(100, 512, { window: 600, firstScored: null })).toThrow(/at most 512/);
  });
});
