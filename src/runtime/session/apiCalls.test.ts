/** What a token costs besides arithmetic, counted: see PERFORMANCE.md for the budget and why these calls matter. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import type { OpenedModel } from "../openModel";
import { ApiCounter } from "../testing/apiCounter";
import { openTestGpu } from "../testing/kernelHarness";
import { openNodeGpu } from "../testing/nodeGpu";
import { openSynthetic, type SyntheticModel, syntheticGpt2, syntheticLlama } from "../testing/syntheticModel";
import { Session } from "./session";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

let opened: OpenedModel;
let session: Session;
let counter: ApiCounter;
afterEach(async () => {
  await session.close();
  opened.model.destroy();
});

async function open(model: SyntheticModel, capacity = 64): Promise<void> {
  counter = new ApiCounter(gpu);
  opened = await openSynthetic(counter.gpu, model);
  session = await Session.create(opened.model, { capacity, precision: "f32" });
}

function generate(maxNewTokens: number, tokensInFlight: number): Promise<unknown> {
  return session.generate({
    ids: [3, 1, 4, 1, 5],
    sampling: DEFAULT_SAMPLING,
    maxNewTokens,
    tokensInFlight,
    onToken: () => false,
  });
}

/** Calls by name of a turn of `tokens`, the prompt cached. */
async function callsOf(tokens: number, tokensInFlight: number): Promise<Map<string, number>> {
  session.truncate(4);
  counter.reset();
  await generate(tokens, tokensInFlight);
  const counts = new Map<string, number>();
  for (const call of counter.calls) counts.set(call, (counts.get(call) ?? 0) + 1);
  return counts;
}

/** What each further token costs: the difference of two turns. */
async function callsPerToken(tokensInFlight: number): Promise<Record<string, number>> {
  await generate(1, 1);
  const short = await callsOf(10, tokensInFlight);
  const long = await callsOf(30, tokensInFlight);
  const names = new Set([...short.keys(), ...long.keys()]);
  const costs = [...names].map((name) => [name, ((long.get(name) ?? 0) - (short.get(name) ?? 0)) / 20] as const);
  return Object.fromEntries(costs.filter(([, cost]) => cost !== 0));
}

/** Everything: a call that is not here is not made. */
function budget(dispatches: number): Record<string, number> {
  return {
    "device.createCommandEncoder": 1,
    "encoder.beginComputePass": 1,
    "pass.setPipeline": dispatches,
    "pass.setBindGroup": dispatches,
    "pass.dispatchWorkgroups": dispatches,
    "pass.end": 1,
    "encoder.copyBufferToBuffer": 1,
    "encoder.finish": 1,
    "queue.submit": 1,
    "buffer.mapAsync": 1,
    "buffer.mapped": 1,
  };
}

/** Per layer: q, k, v with rotation and append; attention; o; gate and up; down. */
const PER_LAYER = 5;
/** Embedding, final norm, head, penalties, draw. */
const PER_TOKEN = 5;

describe("a decoded token", () => {
  it.each([
    ["Llama of 2 layers", syntheticLlama(), 2],
    ["Llama of 3 layers", syntheticLlama({ num_hidden_layers: 3 }), 3],
    ["GPT-2", syntheticGpt2(), 2],
  ])("%s: one pass, one submit, no new objects, nothing written", async (_, model, layers) => {
    await open(model);
    for (const tokensInFlight of [1, 4]) {
      expect(await callsPerToken(tokensInFlight)).toEqual(budget(PER_LAYER * layers + PER_TOKEN));
    }
  });

  it.each([
    ["workgroup", "Llama", syntheticLlama(), 64, 0],
    ["subgroup", "Llama", syntheticLlama(), 64, 0],
    ["f16", "Llama", syntheticLlama(), 64, 0],
    ["workgroup", "Qwen3", syntheticLlama({ model_type: "qwen3" }), 64, 0],
    ["subgroup", "GPT-2", syntheticGpt2(), 64, 0],
    // Over a cache this long attention is two dispatches: pieces, and their sum.
    ["workgroup", "Llama", syntheticLlama(), 400, 300],
    ["subgroup", "Qwen3", syntheticLlama({ model_type: "qwen3" }), 400, 300],
  ] as const)("with the kernels of GPUs (%s, %s) costs no more", async (variant, _, model, capacity, cached) => {
    // Nothing is computed there, and nothing but calls is looked at.
    counter = new ApiCounter(await openNodeGpu("null"), true);
    opened = await openSynthetic(counter.gpu, model, { variant });
    session = await Session.create(opened.model, { capacity, precision: "f32" });
    const perLayer = PER_LAYER + (cached > 0 ? 1 : 0);
    const ids = Array.from({ length: cached + 5 }, () => 3);
    const callsOfTurn = async (tokens: number): Promise<readonly number[]> => {
      session.pretendCached(ids.slice(0, -1));
      counter.reset();
      await session.generate({
        ids,
        sampling: DEFAULT_SAMPLING,
        maxNewTokens: tokens,
        tokensInFlight: 2,
        onToken: () => false,
      });
      const made = /create(Buffer|BindGroup|ComputePipeline|ShaderModule)|writeBuffer/;
      return [
        counter.count("pass.dispatchWorkgroups"),
        counter.count("encoder.beginComputePass"),
        counter.count("queue.submit"),
        counter.calls.filter((call) => made.test(call)).length,
      ];
    };
    const short = await callsOfTurn(10);
    const long = await callsOfTurn(30);
    const perToken = long.map((count, i) => (count - (short[i] ?? 0)) / 20);
    expect(perToken).toEqual([perLayer * 2 + PER_TOKEN, 1, 1, 0]);
  });

  it("takes one dispatch more per layer where single threads cannot norm a head", async () => {
    await open(syntheticLlama({ model_type: "qwen3" }));
    expect(await callsPerToken(2)).toEqual(budget((PER_LAYER + 1) * 2 + PER_TOKEN));
  });

  it("takes one dispatch more per layer, and nothing else, while somebody looks at attention", async () => {
    await open(syntheticLlama());
    await session.inspect(true);
    expect(await callsPerToken(2)).toEqual(budget((PER_LAYER + 1) * 2 + PER_TOKEN));
    await session.inspect(false);
    expect(await callsPerToken(2)).toEqual(budget(PER_LAYER * 2 + PER_TOKEN));
  });

  it("is submitted before the one before it is read", async () => {
    await open(syntheticLlama());
    await generate(1, 1);
    for (const [tokensInFlight, submits] of [
      [1, 1],
      [2, 2],
      [8, 8],
    ] as const) {
      session.truncate(4);
      counter.reset();
      await generate(20, tokensInFlight);
      const untilFirst = counter.calls.slice(0, counter.calls.indexOf("buffer.mapped"));
      expect(untilFirst.filter((call) => call === "queue.submit")).toHaveLength(submits);
    }
  });
});

describe("GPU memory", () => {
  it("is at most 1.1 times weights and cache, and 64 MiB", async () => {
    const shape = {
      vocab_size: 4096,
      hidden_size: 256,
      intermediate_size: 768,
      num_hidden_layers: 3,
      max_position_embeddings: 2048,
    };
    const model = syntheticLlama(shape);
    await open(model, 2048);
    const weights = [...model.arrays.values()].reduce((sum, values) => sum + values.byteLength, 0);
    const { sizeBytes: cache } = session.cache;
    expect(cache).toBe(2 * 3 * 2 * 64 * 4 * 2048);
    const held = opened.model.gpuBytes + session.gpuBytes;
    expect(held).toBeGreaterThanOrEqual(weights + cache);
    expect(held).toBeLessThanOrEqual(1.1 * (weights + cache) + 64 * 2 ** 20);
    // Weights are held once and unpadded: nothing but small vectors comes on top.
    expect(opened.model.gpuBytes).toBeLessThanOrEqual(1.01 * weights);
  });
});
