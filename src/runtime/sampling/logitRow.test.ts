import { describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import { penaltyReference, survivorsReference } from "../kernels/sample.reference";
import { SeededRandom } from "../testing/random";
import { LogitRow } from "./logitRow";

const SEEN = [3, 3, 7, 11, 0, 3];

function randomLogits(count: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  // Ties among them, both zeros too.
  return Float32Array.from({ length: count }, () => Math.round(random.normal() * 24) / 8);
}

const SETTINGS: Readonly<Record<string, Partial<SamplingSettings>>> = {
  defaults: {},
  "everything off": { topK: 0, topP: 1, minP: 0, temperature: 1 },
  "top-k 1": { topK: 1 },
  "top-k beyond the vocabulary": { topK: 1000, topP: 1, minP: 0 },
  "top-p 0": { topK: 0, topP: 0, minP: 0 },
  "top-p alone": { topK: 0, topP: 0.6, minP: 0, temperature: 1.7 },
  "min-p alone": { topK: 0, topP: 1, minP: 0.2 },
  "min-p 1": { topK: 0, topP: 1, minP: 1 },
  penalties: { repetitionPenalty: 1.4, frequencyPenalty: 0.3, presencePenalty: -0.5, topK: 12 },
  greedy: { greedy: true, repetitionPenalty: 1.4 },
  "temperature 0": { temperature: 0 },
};

/** Softmax over the survivors, straight from the definition. */
function sampledReference(logits: Float32Array, settings: SamplingSettings): Float64Array {
  const adjusted = Float32Array.from(penaltyReference(logits, SEEN, settings));
  const probabilities = new Float64Array(logits.length);
  if (settings.greedy || settings.temperature === 0) {
    probabilities[adjusted.indexOf(Math.max(...adjusted))] = 1;
    return probabilities;
  }
  const { survives } = survivorsReference(adjusted, settings);
  let sum = 0;
  for (const [id, logit] of adjusted.entries()) {
    if (survives[id] === 1) sum += Math.exp(logit / settings.temperature);
  }
  return probabilities.map((_, id) =>
    survives[id] === 1 ? Math.exp((adjusted[id] as number) / settings.temperature) / sum : 0,
  );
}

describe.each(Object.entries(SETTINGS))("%s", (_, change) => {
  const settings = { ...DEFAULT_SAMPLING, ...change };

  it.each([16, 97, 300])("draws from what the sampler's definition leaves of %d tokens", (V) => {
    const logits = randomLogits(V, V);
    const sampled = new LogitRow(logits, SEEN).sample(settings);
    const expected = sampledReference(logits, settings);
    for (const [id, probability] of expected.entries()) {
      expect(sampled.probability(id)).toBeCloseTo(probability, 12);
      expect(sampled.probability(id) > 0).toBe(probability > 0);
      const last = sampled.byStage(id).at(-1) ?? 0;
      expect(last).toBeCloseTo(probability, 12);
    }
    const bits = expected.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
    expect(sampled.entropyBits()).toBeCloseTo(bits, 10);
    const alive = expected.reduce((count, p) => count + Number(p > 0), 0);
    expect(sampled.stages.at(-1)?.survivors).toBe(alive);
  });

  it("loses tokens from stage to stage and never gets one back", () => {
    const logits = randomLogits(120, 5);
    const sampled = new LogitRow(logits, SEEN).sample(settings);
    const counts = sampled.stages.map(({ survivors }) => survivors);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    for (const [stage, { survivors }] of sampled.stages.entries()) {
      const shares = Array.from(logits, (_, id) => sampled.byStage(id)[stage] ?? null);
      expect(shares.filter((share) => share !== null)).toHaveLength(survivors);
      expect(shares.reduce((sum: number, share) => sum + (share ?? 0), 0)).toBeCloseTo(1, 10);
    }
  });
});

describe("the model's own distribution", () => {
  const logits = randomLogits(201, 9);
  const row = new LogitRow(logits, SEEN);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);

  it("is the softmax over all tokens", () => {
    for (const [id, logit] of logits.entries()) expect(row.probability(id)).toBeCloseTo(Math.exp(logit) / total, 12);
    const bits = logits.reduce((sum, logit) => {
      const p = Math.exp(logit) / total;
      return sum - p * Math.log2(p);
    }, 0);
    expect(row.entropyBits()).toBeCloseTo(bits, 10);
  });

  it("ranks by logit, the lower id first on a tie, both zeros alike", () => {
    const order = Array.from(logits.keys()).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
    expect(row.top(logits.length)).toEqual(order);
    for (const [rank, id] of order.entries()) expect(row.rankOf(id)).toBe(rank);
    const zeros = new LogitRow(Float32Array.of(-0, 0, -0, 1, -1), []);
    expect(zeros.top(5)).toEqual([3, 0, 1, 2, 4]);
  });

  it("holds for a vocabulary of 151 936, all equal", () => {
    const flat = new LogitRow(new Float32Array(151_936).fill(-7.25), []);
    expect(flat.entropyBits()).toBeCloseTo(Math.log2(151_936), 9);
    expect(flat.probability(151_935)).toBeCloseTo(1 / 151_936, 15);
    expect(flat.top(3)).toEqual([0, 1, 2]);
  });
});
