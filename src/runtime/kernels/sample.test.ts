import { beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING, PENALTY_WINDOW, type SamplingSettings } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import {
  chunksBytes,
  DRAWN_BYTES,
  type Drawn,
  HISTORY_BYTES,
  packSettings,
  type SampleVariant,
  SETTINGS_BYTES,
  sample,
  unpackDrawn,
} from "./sample";
import { drawReference, penaltyReference, survivorsReference } from "./sample.reference";

/** What the shader writes over the logits of dropped tokens when asked to: `lib/masked.wgsl`. */
const MASKED = Math.fround(-3e38);
/** Every cut off, nothing penalized. */
const PLAIN: SamplingSettings = { ...DEFAULT_SAMPLING, temperature: 1, topK: 0, topP: 1, minP: 0 };

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

/** One vocabulary's sampler with its buffers. */
class Sampler {
  private readonly harness = new KernelHarness(gpu);
  private readonly logits: GPUBuffer;
  private readonly adjusted: GPUBuffer;
  private readonly history: GPUBuffer;
  private readonly settings: GPUBuffer;
  private readonly step: GPUBuffer;
  private readonly tokens: GPUBuffer;
  private readonly drawn: GPUBuffer;
  private dispatches: readonly Dispatch[] = [];

  private constructor(readonly vocabSize: number) {
    const { scope } = this.harness;
    this.logits = scope.storage("logits", vocabSize * 4);
    this.adjusted = scope.storage("adjusted", vocabSize * 4);
    this.history = scope.storage("history", HISTORY_BYTES);
    this.settings = scope.uniform("settings", SETTINGS_BYTES);
    this.step = scope.storage("step", 16);
    this.tokens = scope.storage("tokens", 16);
    this.drawn = scope.storage("drawn", DRAWN_BYTES);
  }

  static async create(vocabSize: number, variant: SampleVariant): Promise<Sampler> {
    const sampler = new Sampler(vocabSize);
    const { logits, adjusted, history, settings, step, tokens, drawn } = sampler;
    const chunks = sampler.harness.scope.storage("chunks", chunksBytes(vocabSize));
    const buffers = { logits, adjusted, chunks, history, settings, step, tokens, drawn };
    sampler.dispatches = await sample(gpu, { vocabSize, variant, ...buffers });
    return sampler;
  }

  write(
    logits: Float32Array,
    settings: SamplingSettings,
    seen: readonly number[],
    position: number,
    mark = true,
  ): void {
    const { queue } = gpu.device;
    queue.writeBuffer(this.logits, 0, logits.buffer, logits.byteOffset, logits.byteLength);
    queue.writeBuffer(this.settings, 0, packSettings(settings, mark));
    const history = new Uint32Array(HISTORY_BYTES / 4);
    history[0] = seen.length;
    seen.forEach((token, i) => {
      history[1 + (i % PENALTY_WINDOW)] = token;
    });
    queue.writeBuffer(this.history, 0, history);
    // One row at position - 1 was computed: its logits decide the token at `position`.
    queue.writeBuffer(this.step, 0, Uint32Array.of(position - 1, 1));
  }

  /** @param seen all tokens so far @param position of the drawn token */
  async draw(
    logits: Float32Array,
    settings: SamplingSettings,
    seen: readonly number[] = [],
    position = seen.length + 1,
  ): Promise<Drawn & { adjusted: Float32Array }> {
    this.write(logits, settings, seen, position);
    this.harness.run(this.dispatches);
    const adjusted = await this.harness.floats(this.adjusted, this.vocabSize);
    return { ...unpackDrawn(await this.harness.bytes(this.drawn, DRAWN_BYTES)), adjusted };
  }

  /** Tokens at `count` positions from `position` on, each drawn from the same logits. */
  async drawMany(
    logits: Float32Array,
    settings: SamplingSettings,
    position: number,
    count: number,
  ): Promise<Uint32Array> {
    this.write(logits, settings, [], position, false);
    const all = this.harness.scope.storage("all drawn", count * DRAWN_BYTES);
    const encoder = gpu.device.createCommandEncoder();
    for (let i = 0; i < count; i++) {
      const pass = encoder.beginComputePass();
      for (const dispatch of this.dispatches) encodeDispatch(pass, dispatch, 1);
      pass.end();
      encoder.copyBufferToBuffer(this.drawn, 0, all, i * DRAWN_BYTES, DRAWN_BYTES);
    }
    gpu.device.queue.submit([encoder.finish()]);
    const words = new Uint32Array(await this.harness.bytes(all, count * DRAWN_BYTES));
    return Uint32Array.from({ length: count }, (_, i) => words[(i * DRAWN_BYTES) / 4] as number);
  }

  /** What the sampler leaves for the next step. */
  async state(): Promise<{ next: number; step: Uint32Array; history: Uint32Array; logits: Float32Array }> {
    const [next = 0] = new Uint32Array(await this.harness.bytes(this.tokens, 4));
    return {
      next,
      step: new Uint32Array(await this.harness.bytes(this.step, 8)),
      history: new Uint32Array(await this.harness.bytes(this.history, HISTORY_BYTES)),
      logits: await this.harness.floats(this.logits, this.vocabSize),
    };
  }

  close(): void {
    this.harness.clear();
  }
}

/** As models give them: most tokens unlikely, a few near the top. */
function modelLogits(vocabSize: number, seed: number, deviation = 3): Float32Array {
  return new SeededRandom(seed).normals(vocabSize, deviation);
}

/** Equal to the reference except within 1e-6 of a cut: f32 sums cannot tell there. Returns how many differ. */
function expectSurvivors(adjusted: Float32Array, logits: Float32Array, settings: SamplingSettings): number {
  const { survives, margin } = survivorsReference(logits, settings);
  const wrong: string[] = [];
  let near = 0;
  for (let id = 0; id < logits.length; id++) {
    const has = adjusted[id] !== MASKED;
    if (has && adjusted[id] !== logits[id]) wrong.push(`${id} changed`);
    if (has === (survives[id] === 1)) continue;
    if ((margin[id] as number) <= 1e-6) near++;
    else wrong.push(`${id} ${has ? "survives" : "is dropped"} ${margin[id]} from the cut`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  return near;
}

const CUTS: readonly Partial<SamplingSettings>[] = [
  { topK: 1 },
  { topK: 7 },
  { topK: 40, topP: 0.95, minP: 0.05 },
  { topK: 1000, topP: 0.5 },
  { topP: 0 },
  { topP: 1e-9 },
  { topP: 0.3 },
  { topP: 0.9 },
  { topP: 0.999 },
  { minP: 1 },
  { minP: 0.02 },
  { topP: 0.9, minP: 1e-4 },
  {},
];

/** A few likely tokens, thousands of possible ones, and a tail of a vocabulary at the rounding of the sum of them all. */
function longTail(vocabSize: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  const place = (id: number): number => (id % 5000 === 0 ? -4 : id % 10 === 0 ? -13 : -22.3);
  return Float32Array.from({ length: vocabSize }, (_, id) => (id === 77 ? 0 : place(id) + 0.4 * random.normal()));
}

/** Reduced where a barrier costs 256 fibers: every kind of cut once. */
const FEW_CUTS = CUTS.filter((_, i) => [2, 3, 7].includes(i));

/** The workgroup variant takes software adapters long. */
const SURVIVOR_CASES = [
  { variant: "serial", vocabSize: 32, cuts: CUTS },
  { variant: "serial", vocabSize: 50257, cuts: CUTS },
  { variant: "serial", vocabSize: 151936, cuts: CUTS },
  { variant: "workgroup", vocabSize: 32, cuts: CUTS },
  { variant: "workgroup", vocabSize: 50257, cuts: FEW_CUTS },
  { variant: "workgroup", vocabSize: 151936, cuts: FEW_CUTS },
] as const;

describe.each(SURVIVOR_CASES)("survivors, $variant, of $vocabSize tokens", ({ variant, vocabSize, cuts }) => {
  it.each(cuts)("%o", async (cut) => {
    const sampler = await Sampler.create(vocabSize, variant);
    const settings = { ...PLAIN, ...cut };
    const logits = modelLogits(vocabSize, vocabSize);
    const { adjusted, survivors, token, nonFinite } = await sampler.draw(logits, settings);
    expectSurvivors(adjusted, logits, settings);
    expect(nonFinite).toBe(false);
    expect(survivors).toBe(adjusted.filter((logit) => logit !== MASKED).length);
    expect(adjusted[token]).not.toBe(MASKED);
    sampler.close();
  });
});

describe("survivors of a long tail", () => {
  it.each([
    ["serial", 0.9],
    ["serial", 0.99],
    ["serial", 0.999],
    ["serial", 0.99999],
    ["workgroup", 0.99],
  ] as const)("%s, top-p %d", async (variant, topP) => {
    const sampler = await Sampler.create(151936, variant);
    const settings = { ...PLAIN, topP };
    const logits = longTail(151936, 11);
    const { adjusted } = await sampler.draw(logits, settings);
    expectSurvivors(adjusted, logits, settings);
    sampler.close();
  });
});

describe.each(["serial", "workgroup"] as const)("sampler, %s", (variant) => {
  /** 300 tokens: more than there are threads, bins, and ids of one byte. */
  const V = 300;
  const create = (): Promise<Sampler> => Sampler.create(V, variant);

  it("keeps the lower ids of those that are equal at a cut", async () => {
    const sampler = await create();
    const logits = new Float32Array(V).fill(1);
    for (const id of [5, 299]) logits[id] = 2;
    const keptBy = async (cut: Partial<SamplingSettings>): Promise<number[]> => {
      const { adjusted } = await sampler.draw(logits, { ...PLAIN, ...cut });
      return [...adjusted.keys()].filter((id) => adjusted[id] !== MASKED);
    };
    const lowest = (count: number): number[] =>
      [...Array(V).keys()].filter((id) => id !== 5 && id !== 299).slice(0, count);
    const sorted = (ids: number[]): number[] => ids.sort((a, b) => a - b);
    expect(await keptBy({ topK: 1 })).toEqual([5]);
    expect(await keptBy({ topK: 2 })).toEqual([5, 299]);
    expect(await keptBy({ topK: 9 })).toEqual(sorted([5, 299, ...lowest(7)]));
    expect(await keptBy({ topK: 290 })).toEqual(sorted([5, 299, ...lowest(288)]));
    // Mass of the two: 2 e of 2 e + 298; then 1 each. Half of the mass and half a token more:
    const total = 2 * Math.E + 298;
    expect(await keptBy({ topP: (2 * Math.E + 140.5) / total })).toEqual(sorted([5, 299, ...lowest(141)]));
    // Of the 100 that top-k keeps: the lowest 50 and a half.
    expect(await keptBy({ topK: 102, topP: (2 * Math.E + 50.5) / (2 * Math.E + 100) })).toEqual(
      sorted([5, 299, ...lowest(51)]),
    );
    expect(await keptBy({ topP: 0 })).toEqual([5]);
    expect(await keptBy({ minP: 1 })).toEqual([5, 299]);
    expect(await keptBy({ topK: V })).toHaveLength(V);
    expect(await keptBy({ topK: V + 5 })).toHaveLength(V);
    sampler.close();
  });

  it("takes both zeros for equal, and orders negative logits", async () => {
    const sampler = await create();
    const logits = new Float32Array(V).fill(-5);
    logits.set([-0, 0, -0, -1e-30, 1e-30, -3e38], 10);
    const { adjusted } = await sampler.draw(logits, { ...PLAIN, topK: 4 });
    expect([...adjusted.keys()].filter((id) => adjusted[id] !== MASKED)).toEqual([10, 11, 12, 14]);
    sampler.close();
  });

  it("takes the lowest id among the most likely when greedy, or at temperature 0", async () => {
    const sampler = await create();
    const logits = modelLogits(V, 3);
    logits[77] = 20;
    logits[201] = 20;
    logits[202] = 20;
    expect((await sampler.draw(logits, { ...PLAIN, greedy: true })).token).toBe(77);
    expect((await sampler.draw(logits, { ...PLAIN, temperature: 0 })).token).toBe(77);
    logits[77] = 0;
    expect((await sampler.draw(logits, { ...PLAIN, greedy: true })).token).toBe(201);
    // Penalties come first.
    expect((await sampler.draw(logits, { ...PLAIN, greedy: true, presencePenalty: 1 }, [3, 201])).token).toBe(202);
    const all = new Float32Array(V).fill(-7);
    expect((await sampler.draw(all, { ...PLAIN, greedy: true })).token).toBe(0);
    sampler.close();
  });

  it("penalizes what the last 64 tokens hold", async () => {
    const sampler = await create();
    const logits = modelLogits(V, 4);
    const random = new SeededRandom(5);
    for (const length of [1, 63, 64, 65, 200]) {
      const seen = Array.from({ length }, () => random.integer(40));
      for (const penalties of [
        { repetitionPenalty: 1.3 },
        { repetitionPenalty: 0.7 },
        { frequencyPenalty: 0.4 },
        { presencePenalty: -1.5 },
        { repetitionPenalty: 1.1, frequencyPenalty: -0.25, presencePenalty: 0.75 },
      ]) {
        const settings = { ...PLAIN, ...penalties };
        const { adjusted } = await sampler.draw(logits, settings, seen);
        // Three roundings to f32, of settings and of results up to 64 * 0.4 + 10.
        expectClose(adjusted, penaltyReference(logits, seen, settings), 1e-5, `penalties ${JSON.stringify(penalties)}`);
      }
    }
    const { adjusted } = await sampler.draw(logits, PLAIN, [1, 2, 3]);
    expect(adjusted).toEqual(logits);
    sampler.close();
  });

  it("writes the token for the next step and leaves the logits", async () => {
    const sampler = await create();
    const logits = modelLogits(V, 6);
    const seen = Array.from({ length: 70 }, (_, i) => i);
    const { token, position } = await sampler.draw(logits, { ...PLAIN, topK: 5 }, seen, 70);
    expect(position).toBe(70);
    const { next, step, history, logits: after } = await sampler.state();
    expect(next).toBe(token);
    expect([...step]).toEqual([70, 1]);
    expect(history[0]).toBe(71);
    expect(history[1 + (70 % 64)]).toBe(token);
    expect(history[1 + (69 % 64)]).toBe(69);
    expect(after).toEqual(logits);
    sampler.close();
  });

  it.each([Number.NaN, Infinity, -Infinity])("says when a logit is %d, wherever it is", async (value) => {
    const sampler = await create();
    for (const id of [0, 255, V - 1]) {
      const logits = modelLogits(V, 7);
      logits[id] = value;
      for (const settings of [{ ...PLAIN, topK: 3, topP: 0.5 }, PLAIN, { ...PLAIN, greedy: true }]) {
        const { nonFinite, token } = await sampler.draw(logits, settings);
        expect(nonFinite).toBe(true);
        expect(token).toBe(0);
      }
    }
    // And no more than that: the largest numbers are numbers.
    const logits = modelLogits(V, 7);
    logits[1] = 3.4e38;
    logits[2] = -3.4e38;
    expect((await sampler.draw(logits, PLAIN)).nonFinite).toBe(false);
    sampler.close();
  });

  it("tells the raw probability of what it drew, whatever penalties and cuts say", async () => {
    const sampler = await create();
    for (const [seed, settings] of [
      { ...PLAIN, seed: 1 },
      { ...PLAIN, greedy: true, presencePenalty: 2 },
      { ...PLAIN, topK: 4, topP: 0.8, temperature: 0.3, repetitionPenalty: 1.4 },
    ].entries()) {
      const logits = modelLogits(V, 40 + seed);
      const { token, logProbability } = await sampler.draw(logits, settings, [1, 2, 3, 4, 5]);
      const highest = Math.max(...logits);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
      const expected = (logits[token] as number) - highest - Math.log(total);
      // Sums of 300 in f32, and an exp of three units in the last place.
      expect(Math.abs(logProbability - expected)).toBeLessThan(1e-5);
    }
    sampler.close();
  });

  it("draws what the reference draws, for nearly every seed and position", async () => {
    const sampler = await create();
    const logits = modelLogits(V, 8, 1);
    const settings = { ...PLAIN, topK: 100, topP: 0.9, minP: 0.01 };
    const { survives } = survivorsReference(logits, settings);
    let close = 0;
    let tokens = 0;
    for (const seed of [0, 1, 0x80000000, 0xffffffff]) {
      for (const temperature of [0.5, 1, 3]) {
        const drawing = { ...settings, seed, temperature };
        const drawn = await sampler.drawMany(logits, drawing, 3, variant === "serial" ? 60 : 12);
        for (const [i, token] of drawn.entries()) {
          const expected = drawReference(logits, survives, drawing, 3 + i);
          tokens++;
          // Scores of up to 20 in f32: the best two may change places when this close.
          if (expected.gap < 2e-5) close++;
          else expect(token).toBe(expected.token);
        }
      }
    }
    expect(close).toBeLessThan(tokens / 100);
    sampler.close();
  });
});

describe("both variants", () => {
  it.each([33, 2003])("keep the same survivors and draw the same tokens, of %d", async (vocabSize) => {
    const serial = await Sampler.create(vocabSize, "serial");
    const together = await Sampler.create(vocabSize, "workgroup");
    for (const [index, cut] of CUTS.entries()) {
      const logits = modelLogits(vocabSize, 50 + index, 2);
      // Ties, also at the top.
      for (let id = 0; id < vocabSize; id += 3) logits[id] = Math.round(logits[id] as number);
      const settings = { ...PLAIN, ...cut, temperature: 0.7, seed: index };
      const one = await serial.draw(logits, settings, [], 9);
      const other = await together.draw(logits, settings, [], 9);
      expect(one.adjusted).toEqual(other.adjusted);
      // Sums for the probability are added in another order.
      expect(Math.abs(one.logProbability - other.logProbability)).toBeLessThan(1e-5);
      const { adjusted, logProbability, ...rest } = one;
      expect(other).toMatchObject(rest);
      expectSurvivors(one.adjusted, logits, settings);
    }
    serial.close();
    together.close();
  });
});

/** Sum of (observed - expected)^2 / expected. */
function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, i) => sum + (count - (expected[i] as number)) ** 2 / (expected[i] as number), 0);
}

/** Chi-square of n degrees has mean n and deviation sqrt(2 n): beyond five deviations lies about one case in 10^4. */
function chiSquareBound(degrees: number): number {
  return degrees + 5 * Math.sqrt(2 * degrees);
}

describe("frequencies of draws", () => {
  const V = 12;
  /** Enough to tell noise that is a tenth too strong. */
  const DRAWS = 20_000;
  const logits = modelLogits(V, 9, 1);
  const settings = { ...PLAIN, temperature: 1.5 };
  const weights = [...logits].map((logit) => Math.exp(logit / settings.temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);

  it("follow the softmax, over positions, and pairs of positions are independent", async () => {
    const sampler = await Sampler.create(V, "serial");
    const tokens = await sampler.drawMany(logits, { ...settings, seed: 7 }, 1, DRAWS);
    const counts = shares.map((_, id) => tokens.filter((token) => token === id).length);
    const found = chiSquare(
      counts,
      shares.map((share) => share * DRAWS),
    );
    expect(found).toBeLessThan(chiSquareBound(V - 1));
    for (const start of [0, 1]) {
      const pairs = Array<number>(V * V).fill(0);
      for (let i = start; i + 1 < DRAWS; i += 2) {
        const cell = (tokens[i] as number) * V + (tokens[i + 1] as number);
        pairs[cell] = (pairs[cell] as number) + 1;
      }
      const expectedPairs = pairs.map(
        (_, cell) => ((shares[Math.floor(cell / V)] as number) * (shares[cell % V] as number) * DRAWS) / 2,
      );
      expect(chiSquare(pairs, expectedPairs)).toBeLessThan(chiSquareBound(V * V - 1));
    }
    sampler.close();
  });

  it("follow the softmax over seeds, at one position", async () => {
    const sampler = await Sampler.create(V, "serial");
    const counts = Array<number>(V).fill(0);
    const seeds = 600;
    for (let seed = 0; seed < seeds; seed++) {
      const [token = 0] = await sampler.drawMany(logits, { ...settings, seed }, 100, 1);
      counts[token] = (counts[token] as number) + 1;
    }
    expect(
      chiSquare(
        counts,
        shares.map((share) => share * seeds),
      ),
    ).toBeLessThan(chiSquareBound(V - 1));
    sampler.close();
  });

  it("come from seed, position and token alone", async () => {
    const sampler = await Sampler.create(V, "serial");
    const once = await sampler.drawMany(logits, { ...settings, seed: 5 }, 1, 200);
    const again = await sampler.drawMany(logits, { ...settings, seed: 5 }, 101, 100);
    expect([...again]).toEqual([...once.subarray(100)]);
    const other = await sampler.drawMany(logits, { ...settings, seed: 6 }, 1, 200);
    expect([...other]).not.toEqual([...once]);
    sampler.close();
  });
});
