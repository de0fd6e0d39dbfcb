/** Attention of a whole model, looked at beside its chat path, against a decoder in float64. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { FIGURES, inductionTarget, OVERVIEW_CELLS } from "../../shared/attentionMap";
import type { AttentionOverview } from "../../shared/inspection";
import type { KvPrecision } from "../../shared/protocol";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import { readFloats } from "../gpu/readback";
import { patternReference } from "../kernels/attention.reference";
import { attentionOverviewReference } from "../kernels/attentionOverview.reference";
import { attentionRolloutReference } from "../kernels/attentionRollout.reference";
import type { OpenedModel } from "../openModel";
import { expectClose } from "../testing/allclose";
import { openTestGpu } from "../testing/kernelHarness";
import { referenceForward } from "../testing/referenceForward";
import { openSynthetic, type SyntheticModel, syntheticGpt2, syntheticLlama } from "../testing/syntheticModel";
import type { AttentionWatch } from "./attentionWatch";
import { Session } from "./session";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

let opened: OpenedModel;
let session: Session;
let reference: SyntheticModel;
afterEach(async () => {
  await session.close();
  opened.model.destroy();
});

async function open(model: SyntheticModel, precision: KvPrecision = "f32"): Promise<void> {
  reference = model;
  opened = await openSynthetic(gpu, model);
  session = await Session.create(opened.model, { capacity: 100, precision, prefillRows: 16 });
}

function watch(): AttentionWatch {
  if (session.attention === null) throw new Error("nobody looks");
  return session.attention;
}

const PROMPT = Array.from({ length: 21 }, (_, i) => (i * i) % 11);

async function generate(maxNewTokens: number, prompt: readonly number[] = PROMPT, onToken = () => {}): Promise<void> {
  await session.generate({
    ids: prompt,
    sampling: { ...DEFAULT_SAMPLING, temperature: 1.5, seed: 3 },
    maxNewTokens,
    tokensInFlight: 3,
    onToken: () => {
      onToken();
      return false;
    },
  });
}

function cachedIds(): number[] {
  return session.cachedItems.filter((item) => typeof item === "number");
}

async function overview(): Promise<AttentionOverview> {
  const all = await watch().overview(session.cachedItems, null);
  if (all === null) throw new Error("nothing to see");
  return all;
}

/** [layer][rows of cells x H x (cells + figures)] in float64 */
function expectedLayers(tokensPerCell: number): Float64Array[] {
  const ids = cachedIds();
  const latest = new Map<number, number>();
  const targets = ids.map((id, row) => {
    const target = inductionTarget(latest, id, row);
    latest.set(id, row);
    return target;
  });
  const layers: Float64Array[] = [];
  const stride = OVERVIEW_CELLS + FIGURES.length;
  const rows = Math.ceil(ids.length / tokensPerCell);
  referenceForward(reference, ids, session.cache.capacity, (_, attention) => {
    const { numHeads: H } = attention;
    const layer = new Float64Array(rows * H * stride);
    for (let h = 0; h < H; h++) {
      const patterns = ids.map((_, t) => patternReference(attention, t, h));
      const state = attentionOverviewReference(patterns, targets, tokensPerCell);
      for (let r = 0; r < rows; r++) layer.set(state.subarray(r * stride, (r + 1) * stride), (r * H + h) * stride);
    }
    layers.push(layer);
  });
  return layers;
}

// A layer deep, keys and queries are off by some 1e-5; halves by 2^-11 of what they hold.
const BOUND: Readonly<Record<KvPrecision, number>> = { f32: 1e-3, f16: 4e-2 };

function expectOverview(actual: AttentionOverview, precision: KvPrecision = "f32"): void {
  expect(actual.length).toBe(session.length);
  expect(actual.firstRow).toBe(0);
  for (const [layer, expected] of expectedLayers(actual.tokensPerCell).entries()) {
    expectClose(actual.layers[layer] as Float32Array, expected, BOUND[precision], `layer ${layer}`);
  }
}

const MODELS: readonly [string, () => SyntheticModel, KvPrecision][] = [
  ["grouped queries", () => syntheticLlama(), "f32"],
  ["a cache of halves", () => syntheticLlama(), "f16"],
  ["norms of q and k", () => syntheticLlama({ model_type: "qwen3" }), "f32"],
  ["a sliding window", () => syntheticLlama({ model_type: "mistral", sliding_window: 5 }), "f32"],
  ["learned positions", () => syntheticGpt2(), "f32"],
];

describe.each(MODELS)("every head of a model with %s", (_, model, precision) => {
  it("is what a float64 decoder sees, for prompt and answer, watched from the start or opened later", async () => {
    await open(model(), precision);
    await session.inspect(true);
    await generate(50);
    const watched = await overview();
    expect(watched.tokensPerCell).toBe(4);
    expectOverview(watched, precision);
    await session.inspect(false);
    await session.inspect(true);
    expectOverview(await overview(), precision);
  });
});

describe.each(MODELS)("the rollout of a model with %s", (_, model, precision) => {
  it("is the product of what layers mix, in float64, at every row asked for", async () => {
    await open(model(), precision);
    await session.inspect(true);
    await generate(12);
    const ids = cachedIds();
    const patterns: number[][][][] = [];
    referenceForward(reference, ids, session.cache.capacity, (_layer, attention) => {
      const heads = Array.from({ length: attention.numHeads }, (_, h) =>
        ids.map((_id, t) => {
          const { first, weights } = patternReference(attention, t, h);
          return [...Array<number>(first).fill(0), ...weights];
        }),
      );
      patterns.push(heads);
    });
    const expected = attentionRolloutReference(patterns);
    for (const position of [0, 1, 17, ids.length - 1]) {
      const shares = await watch().rollout(session.cachedItems, position);
      expectClose(shares, (expected[position] ?? []).slice(0, position + 1), BOUND[precision] / 10, `row ${position}`);
      expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-5);
    }
    // Attention of the last layer alone is something else.
    const last = ids.length - 1;
    const alone = patterns.at(-1)?.[0]?.[last]?.[last] ?? 0;
    expect(Math.abs((expected[last]?.[last] ?? 0) - alone)).toBeGreaterThan(1e-3);
    await expect(watch().rollout(session.cachedItems, ids.length)).rejects.toMatchObject({
      name: "InvalidSettingError",
    });
  });
});

describe("an overview", () => {
  it("gives what is new while the model is speaking, and in the end the same as all at once", async () => {
    await open(syntheticLlama());
    await session.inspect(true);
    let known: AttentionOverview | null = null;
    let live: Promise<void> = Promise.resolve();
    const rows = new Map<number, Float32Array[]>();
    let epochs = 0;
    const read = async (): Promise<void> => {
      const update = await watch().overview(session.cachedItems, known);
      if (update === null) return;
      if (update.epoch !== known?.epoch) {
        rows.clear();
        epochs++;
        expect(update.firstRow).toBe(0);
      }
      known = update;
      for (let r = 0; r < update.rowCount; r++) {
        rows.set(
          update.firstRow + r,
          update.layers.map((layer) =>
            layer.slice((r * layer.length) / update.rowCount, ((r + 1) * layer.length) / update.rowCount),
          ),
        );
      }
    };
    await generate(60, PROMPT, () => {
      live = live.then(read);
    });
    await live;
    await read();
    const all = await overview();
    expect(epochs).toBeGreaterThan(1);
    expect(rows.size).toBe(all.rowCount);
    for (const [layer, values] of all.layers.entries()) {
      const joined = Array.from({ length: all.rowCount }, (_, r) => [...(rows.get(r)?.[layer] ?? [])]).flat();
      expect(joined).toEqual([...values]);
    }
    expect(await watch().overview(session.cachedItems, all)).toBeNull();
  });

  it("follows a text that becomes another one", async () => {
    await open(syntheticLlama());
    await session.inspect(true);
    await generate(40);
    await overview();
    await generate(9, [...PROMPT.slice(0, 13), 90, 91]);
    expectOverview(await overview());
    await generate(1, [7, 8, 9]);
    const short = await overview();
    expect([short.length, short.tokensPerCell]).toEqual([3, 1]);
    expectOverview(short);
  });

  it("is refused while nobody looks, and costs nothing then", async () => {
    await open(syntheticLlama());
    const before = session.gpuBytes;
    expect(session.attention).toBeNull();
    await session.inspect(true);
    // Queries of 2 layers, 4 heads of 16, for 100 tokens.
    expect(session.gpuBytes - before).toBeGreaterThanOrEqual(2 * 4 * 16 * 4 * 100);
    await session.inspect(false);
    expect(session.gpuBytes).toBe(before);
  });
});

describe("a rectangle of a model's attention", () => {
  it("times V is what the fused kernel handed to the output projection", async () => {
    await open(syntheticLlama());
    await session.inspect(true);
    await session.prefill(PROMPT.slice(0, 16));
    const { forward, cache } = session;
    const T = session.length;
    const [H, K, D] = [4, 2, 16];
    const mixed = await readFloats(gpu, forward.buffers.mixed, 0, T * H * D);
    const layer = 1;
    const { values } = cache.layers[layer] ?? expect.fail();
    const cached = await readFloats(gpu, values.buffer, values.offset, K * cache.capacity * D);
    const axis = { start: 0, step: 1, count: T };
    for (let h = 0; h < H; h++) {
      const request = { heads: [{ layer, head: h }], rows: axis, keys: axis, values: "pattern" } as const;
      const { cells } = await watch().tile(session.cachedItems, request);
      for (let t = 0; t < T; t++) {
        const sums = Float64Array.from({ length: D }, (_, d) => {
          let sum = 0;
          for (let s = 0; s <= t; s++) {
            sum += (cells[t * T + s] as number) * (cached[(Math.floor(h / 2) * cache.capacity + s) * D + d] as number);
          }
          return sum;
        });
        expectClose(mixed.subarray((t * H + h) * D, (t * H + h + 1) * D), sums, 2e-5, `head ${h} row ${t}`);
      }
    }
  });

  it("between edges is the single tokens' rectangle, summed over keys and averaged over rows", async () => {
    await open(syntheticLlama());
    await session.inspect(true);
    await session.prefill(PROMPT.slice(0, 12));
    const T = session.length;
    const whole = { start: 0, step: 1, count: T };
    const edges = [0, 1, 5, 6, T];
    const units = { start: 0, step: 1, count: 4, edges };
    const request = { heads: [{ layer: 1, head: 2 }], values: "pattern" } as const;
    const fine = await watch().tile(session.cachedItems, { ...request, rows: whole, keys: whole });
    const rolled = await watch().tile(session.cachedItems, { ...request, rows: units, keys: units });
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let row = edges[i] as number; row < (edges[i + 1] as number); row++) {
          for (let key = edges[j] as number; key < (edges[j + 1] as number); key++) {
            const weight = fine.cells[row * T + key] as number;
            if (!Number.isNaN(weight)) sum += weight;
          }
        }
        const rows = (edges[i + 1] as number) - (edges[i] as number);
        expect(Math.abs((rolled.cells[i * 4 + j] as number) - sum / rows)).toBeLessThan(2e-6);
      }
    }
    expect(rolled.cells[1]).toBeNaN();
  });

  it("gives query and key as they meet, and their product is the score", async () => {
    await open(syntheticLlama({ model_type: "qwen3" }), "f16");
    await session.inspect(true);
    await generate(5);
    const head = { layer: 1, head: 3 };
    const { query, key, scale } = await watch().pair(session.cachedItems, head, 20, 4);
    const one = (start: number) => ({ start, step: 1, count: 1 });
    const request = { heads: [head], rows: one(20), keys: one(4), values: "scores" } as const;
    const { cells } = await watch().tile(session.cachedItems, request);
    expectClose(cells, [query.reduce((sum, q, d) => sum + q * (key[d] as number), 0) * scale], 1e-5, "score");
  });

  it.each([
    ["a head that is not there", { heads: [{ layer: 0, head: 4 }] }],
    ["a layer that is not there", { heads: [{ layer: 2, head: 0 }] }],
    ["no head", { heads: [] }],
    ["rows behind the text", { rows: { start: 30, step: 1, count: 1 } }],
    ["keys behind the text", { keys: { start: 0, step: 1, count: 200 } }],
    ["edges that do not rise", { keys: { start: 0, step: 1, count: 3, edges: [0, 2, 2, 3] } }],
    ["edges behind the text", { rows: { start: 0, step: 1, count: 1, edges: [0, 999] } }],
    ["more cells than edges", { rows: { start: 0, step: 1, count: 5, edges: [0, 2, 3] } }],
    ["a step of nothing", { keys: { start: 0, step: 0, count: 2 } }],
    [
      "scores of a mean",
      {
        heads: [
          { layer: 0, head: 0 },
          { layer: 0, head: 1 },
        ],
        values: "scores" as const,
      },
    ],
  ])("refuses %s", async (_, change) => {
    await open(syntheticLlama());
    await session.inspect(true);
    await generate(1);
    const axis = { start: 0, step: 1, count: 3 };
    const request = { heads: [{ layer: 0, head: 0 }], rows: axis, keys: axis, values: "pattern" as const, ...change };
    await expect(watch().tile(session.cachedItems, request)).rejects.toMatchObject({ name: "InvalidSettingError" });
    // And goes on answering.
    expect((await overview()).length).toBe(PROMPT.length);
  });
});
