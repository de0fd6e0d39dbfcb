import { describe, expect, it } from "vitest";
import type { TokenScores } from "./comparison";
import { isDistinguishable, meanOf, type Statistic, shareError, tokensUntil } from "./comparisonStatistics";
import { GrowingScores, joinScores } from "./growingScores";
import { comparisonStatistics, RunningStatistics } from "./runningStatistics";
import { SortedRuns } from "./sortedRuns";

function scoresOf(
  rows: readonly (readonly [p: number, q: number, kld: number, topP: number, same: boolean])[],
): TokenScores {
  return {
    places: Uint32Array.from(rows, (_, i) => i),
    nllReference: Float32Array.from(rows, ([p]) => -Math.log(p)),
    nllLevel: Float32Array.from(rows, ([, q]) => -Math.log(q)),
    kld: Float32Array.from(rows, ([, , kld]) => kld),
    topProbability: Float32Array.from(rows, ([, , , top]) => top),
    topReference: Uint32Array.from(rows, () => 5),
    topLevel: Uint32Array.from(rows, ([, , , , same]) => (same ? 5 : 6)),
    tops: new Uint32Array(rows.length * 60),
  };
}

function cut(scores: TokenScores, from: number, to: number): TokenScores {
  const { tops, ...each } = scores;
  const parts = Object.entries(each).map(([key, values]) => [key, values.slice(from, to)]);
  return { ...Object.fromEntries(parts), tops: tops.slice(from * 60, to * 60) };
}

/** mulberry32 */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("statistics of a comparison", () => {
  it("by hand", () => {
    const s = comparisonStatistics(
      scoresOf([
        [0.5, 0.25, 0.1, 0.5, true],
        [0.5, 0.5, 0.2, 0.6, true],
        [0.25, 0.5, 0.3, 0.96, false],
        [0.25, 0.25, 0.4, 1, true],
      ]),
    );
    if (s === null) throw new Error("no statistics");
    const near = (actual: Statistic, value: number, error: number | null): void => {
      expect(actual.value).toBeCloseTo(value, 6);
      if (error === null) expect(actual.error).toBeNull();
      else expect(actual.error).toBeCloseTo(error, 6);
    };
    // ln 2 times 1, 1, 2, 2 and 2, 1, 1, 2: both mean 1.5, sd 0.5.
    const ln2 = Math.LN2;
    near(s.referencePerplexity, 2 ** 1.5, (2 ** 1.5 * 0.5 * ln2) / Math.sqrt(3));
    near(s.perplexity, 2 ** 1.5, (2 ** 1.5 * 0.5 * ln2) / Math.sqrt(3));
    // Differences 1, 0, -1, 0: sd sqrt(1 / 2).
    near(s.lnPerplexityRatio, 0, (ln2 * Math.SQRT1_2) / Math.sqrt(3));
    near(s.meanKld, 0.25, Math.sqrt(0.0125 / 3));
    near(s.medianKld, 0.25, null);
    near(s.kld90, 0.37, null);
    near(s.maxKld, 0.4, null);
    // Delta p: -0.25, 0, 0.25, 0.
    near(s.meanDeltaP, 0, Math.sqrt(0.03125 / 3));
    near(s.rmsDeltaP, Math.sqrt(0.03125), Math.sqrt(0.03125 ** 2 / 3) / (2 * Math.sqrt(0.03125)));
    near(s.sameTop, 0.75, Math.sqrt((0.75 * 0.25) / 3));
    expect(s.buckets.map(({ kld }) => kld.n)).toEqual([0, 0, 2, 0, 2]);
    expect(s.buckets[4]?.kld.value).toBeCloseTo(0.35, 6);
  });

  it("a model against itself", () => {
    const s = comparisonStatistics(scoresOf(Array.from({ length: 200 }, () => [0.3, 0.3, 0, 0.7, true] as const)));
    expect(s).toMatchObject({
      meanKld: { value: 0, error: 0 },
      maxKld: { value: 0 },
      sameTop: { value: 1, error: 0 },
      lnPerplexityRatio: { value: 0 },
      rmsDeltaP: { value: 0, error: 0 },
    });
    expect(s !== null && isDistinguishable(s, 0)).toBe(false);
  });

  it("has none without tokens, no errors with one, and no NaN with two", () => {
    expect(comparisonStatistics(scoresOf([]))).toBeNull();
    expect(comparisonStatistics(scoresOf([[0.5, 0.5, 0.1, 0.5, true]]))?.meanKld.error).toBeNull();
    const two = comparisonStatistics(
      scoresOf([
        [0.5, 0.5, 0.1, 0.5, true],
        [0.5, 0.4, 0.1, 0.5, true],
      ]),
    );
    expect(JSON.stringify(two?.meanKld)).not.toContain("null");
  });

  it("percentiles lie between neighbours", () => {
    const percentilesOf = (values: readonly number[], shares: readonly number[]): number[] => {
      const runs = new SortedRuns();
      runs.add(values);
      return shares.map((share) => runs.percentile(share));
    };
    expect(percentilesOf([4, 1, 2], [0, 0.5, 0.75, 1])).toEqual([1, 2, 3, 4]);
    expect(percentilesOf([7], [0.999])).toEqual([7]);
  });

  it("any rank of numbers that arrive in parts, equal ones too", () => {
    const random = generator(5);
    const runs = new SortedRuns();
    const all: number[] = [];
    for (const size of [1, 1, 0, 7, 3, 64, 2, 200, 5, 5, 31]) {
      const part = Array.from({ length: size }, () => Math.floor(random() * 40) / 8);
      runs.add(part);
      all.push(...part);
      const sorted = Float64Array.from(all).sort();
      expect(Array.from(sorted, (_, rank) => runs.at(rank))).toEqual([...sorted]);
    }
    expect(runs.at(all.length)).toBeNaN();
  });

  it("window by window they are those of the whole, and what was handed out stays", () => {
    const random = generator(9);
    const whole = scoresOf(
      Array.from({ length: 230 }, () => [random(), random(), random() ** 3, random(), random() < 0.9] as const),
    );
    const running = new RunningStatistics();
    const growing = new GrowingScores();
    const handedOut: TokenScores[] = [];
    for (let from = 0; from < 230; from += 64) {
      const part = cut(whole, from, Math.min(230, from + 64));
      running.add(part);
      growing.add(part);
      handedOut.push(growing.scores);
    }
    expect(running.statistics).toEqual(comparisonStatistics(whole));
    expect(growing.scores).toEqual(whole);
    for (const [index, scores] of handedOut.entries()) {
      expect(scores).toEqual(cut(whole, 0, Math.min(230, 64 * (index + 1))));
    }
  });

  it("error bars cover the truth: of 600 texts about 68 % within one and 95 % within two errors", () => {
    const random = generator(1);
    // Skewed as KLD is: cube of a uniform number has the mean 1/4. And a share of 0.9.
    const runs = 600;
    const within = { one: 0, two: 0, shareOne: 0, shareTwo: 0 };
    for (let run = 0; run < runs; run++) {
      const kld = meanOf(Float64Array.from({ length: 300 }, () => random() ** 3));
      const off = Math.abs(kld.value - 0.25) / (kld.error as number);
      if (off < 1) within.one++;
      if (off < 2) within.two++;
      const same = meanOf(Float64Array.from({ length: 300 }, () => (random() < 0.9 ? 1 : 0)));
      const shareOff = Math.abs(same.value - 0.9) / (same.error as number);
      if (shareOff < 1) within.shareOne++;
      if (shareOff < 2) within.shareTwo++;
    }
    // Binomial: sd 1.9 and 0.9 points; four of them.
    for (const count of [within.one, within.shareOne]) expect(Math.abs(count / runs - 0.683)).toBeLessThan(0.08);
    for (const count of [within.two, within.shareTwo]) expect(Math.abs(count / runs - 0.954)).toBeLessThan(0.036);
  });

  it("error bars of whole comparisons cover what all tokens say, and bars of another size would not", () => {
    const random = generator(3);
    // Rounding that hits some tokens: q strays from p, and the more, the larger the KLD.
    const population = Array.from({ length: 20_000 }, () => {
      const p = 0.02 + 0.96 * random();
      const stray = (random() - 0.45) * random() ** 2;
      const q = Math.min(0.999, Math.max(0.001, p + stray));
      return [p, q, Math.abs(stray) ** 1.5, p, Math.abs(stray) < 0.25] as const;
    });
    const keys = ["perplexity", "lnPerplexityRatio", "meanKld", "meanDeltaP", "rmsDeltaP", "sameTop"] as const;
    const truth = comparisonStatistics(scoresOf(population));
    const texts = 400;
    const covered = (size: number) => {
      const within = Object.fromEntries(keys.map((key) => [key, 0])) as Record<(typeof keys)[number], number>;
      for (const found of samples) {
        for (const key of keys) {
          const off = Math.abs((found?.[key].value ?? Number.NaN) - (truth?.[key].value ?? Number.NaN));
          if (off < size * (found?.[key].error ?? 0)) within[key]++;
        }
      }
      return keys.map((key) => within[key] / texts);
    };
    const samples = Array.from({ length: texts }, () =>
      comparisonStatistics(
        scoresOf(Array.from({ length: 400 }, () => population[Math.floor(random() * population.length)] as never)),
      ),
    );
    // Binomial: sd 2.3 and 1.0 points; four of them.
    for (const share of covered(1)) expect(Math.abs(share - 0.683)).toBeLessThan(0.093);
    for (const share of covered(2)) expect(Math.abs(share - 0.954)).toBeLessThan(0.042);
    for (const size of [0.7, 1.4])
      for (const share of covered(size)) expect(Math.abs(share - 0.683)).toBeGreaterThan(0.093);
  });

  it("joins windows", () => {
    const a = scoresOf([[0.5, 0.5, 0.1, 0.5, true]]);
    const b = scoresOf([
      [0.5, 0.4, 0.2, 0.5, false],
      [0.5, 0.4, 0.3, 0.5, true],
    ]);
    const joined = joinScores([a, b]);
    expect([...joined.kld].map((value) => value.toFixed(1))).toEqual(["0.1", "0.2", "0.3"]);
    expect([...joined.topLevel]).toEqual([5, 6, 5]);
    expect(joined.tops).toHaveLength(180);
  });
});

describe("how well a share is known", () => {
  it("grows with the square root of the trials, and is never nothing", () => {
    expect(shareError(920, 1000)).toBeCloseTo(Math.sqrt((0.92 * 0.08) / 1000), 3);
    // All of few trials do not make half a percent.
    expect(shareError(100, 100)).toBeGreaterThan(0.005);
    expect(shareError(400, 400)).toBeLessThan(0.005);
  });

  it("says how many trials an error takes", () => {
    const needed = tokensUntil({ value: 0.92, error: null, n: 1000 }, 0.005);
    expect(needed).toBeGreaterThan(2900);
    expect(shareError(Math.round(0.92 * needed), needed)).toBeCloseTo(0.005, 4);
  });
});
