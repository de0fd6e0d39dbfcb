/** Whole models, opened as people open them, against a forward pass in float64 that shares no code with the kernels. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KernelVariant, KvPrecision } from "../../shared/protocol";
import type { Level } from "../../shared/quant";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import { readFloats } from "../gpu/readback";
import { Session } from "../session/session";
import { closeness, expectClose } from "../testing/allclose";
import { openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { referenceForward } from "../testing/referenceForward";
import { openSynthetic, type SyntheticModel, syntheticGpt2, syntheticLlama } from "../testing/syntheticModel";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu.assertAlive());

/** Also dynamic NTK's length. */
const CAPACITY = 24;
const TOKENS = 17;

function idsFor({ spec }: SyntheticModel): number[] {
  const random = new SeededRandom(3);
  return Array.from({ length: TOKENS }, () => random.integer(spec.vocabSize));
}

interface Options {
  readonly level?: Level;
  readonly variant?: KernelVariant;
  readonly precision?: KvPrecision;
}

/** Logits after each of `lengths` first tokens: one turn after another, so that each goes on from the cache. */
async function logitsAfter(
  model: SyntheticModel,
  ids: readonly number[],
  lengths: readonly number[],
  { level = "stored", variant = "auto", precision = "f32" }: Options = {},
): Promise<Float32Array[]> {
  const opened = await openSynthetic(gpu, model, { level, variant });
  const session = await Session.create(opened.model, { capacity: CAPACITY, precision, prefillRows: 5 });
  const all: Float32Array[] = [];
  for (const length of lengths) {
    await session.generate({
      ids: ids.slice(0, length),
      sampling: { ...DEFAULT_SAMPLING, greedy: true },
      maxNewTokens: 1,
      tokensInFlight: 1,
      onToken: () => false,
    });
    all.push(await readFloats(gpu, session.forward.buffers.logits, 0, model.spec.vocabSize));
  }
  await session.close();
  opened.model.destroy();
  return all;
}

/** Two layers in f32, logits of about 1 to 5: rounding gives 1e-6 to 4e-6; goldens are held to 2e-4. */
const BOUND = 1e-5;

const rope = (scaling: object): SyntheticModel =>
  syntheticLlama({ rope_scaling: scaling, hidden_size: 128, num_attention_heads: 2, num_key_value_heads: 1 });

const MODELS: Record<string, () => SyntheticModel> = {
  "Llama, grouped queries": () => syntheticLlama(),
  "Llama with a head of its own": () => syntheticLlama({ tie_word_embeddings: false, num_key_value_heads: 4 }),
  "Llama whose widths fill no blocks": () =>
    syntheticLlama({ hidden_size: 60, intermediate_size: 75, num_attention_heads: 3, num_key_value_heads: 1 }),
  "Llama with biases": () => syntheticLlama({ attention_bias: true, mlp_bias: true }),
  "Mistral with a window of 6": () => syntheticLlama({ model_type: "mistral", sliding_window: 6, head_dim: 20 }),
  "Qwen2 with biases": () => syntheticLlama({ model_type: "qwen2" }),
  "Qwen3 with head norms": () => syntheticLlama({ model_type: "qwen3", head_dim: 32 }),
  "GPT-2": () => syntheticGpt2(),
  "GPT-2 with the exact GELU": () => syntheticGpt2({ activation_function: "gelu", n_inner: 70 }),
  "linear scaling": () => rope({ type: "linear", factor: 4 }),
  "dynamic NTK past its length": () => rope({ type: "dynamic", factor: 2, original_max_position_embeddings: 10 }),
  YaRN: () => rope({ rope_type: "yarn", factor: 4, original_max_position_embeddings: 64 }),
  "Llama 3 scaling": () =>
    rope({
      rope_type: "llama3",
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    }),
};

describe("logits equal the float64 reference", () => {
  it.each(Object.keys(MODELS))("%s: prefilled in chunks, then token by token", async (name) => {
    const model = (MODELS[name] as () => SyntheticModel)();
    const ids = idsFor(model);
    const expected = referenceForward(model, ids, CAPACITY);
    const lengths = [12, 13, 14, 17];
    const actual = await logitsAfter(model, ids, lengths);
    for (const [i, length] of lengths.entries()) {
      expectClose(actual[i] as Float32Array, expected[length - 1] as Float64Array, BOUND, `${name}, ${length} tokens`);
    }
  });

  it.each(["workgroup", "subgroup"] as const)("in every kernel of the variant %s", async (variant) => {
    const model = syntheticLlama();
    const ids = idsFor(model);
    const expected = referenceForward(model, ids, CAPACITY);
    const lengths = [1, 12, 13];
    const actual = await logitsAfter(model, ids, lengths, { variant });
    for (const [i, length] of lengths.entries()) {
      expectClose(
        actual[i] as Float32Array,
        expected[length - 1] as Float64Array,
        BOUND,
        `${variant}, ${length} tokens`,
      );
    }
  });
});

describe("invariants", () => {
  it.each([
    ["Llama", syntheticLlama()],
    ["GPT-2", syntheticGpt2()],
  ])("prefill of n tokens equals n decode steps: %s", async (_, model) => {
    const ids = idsFor(model);
    const everyLength = ids.map((__, i) => i + 1);
    const stepped = await logitsAfter(model, ids, everyLength);
    const expected = referenceForward(model, ids, CAPACITY);
    for (const [i, logits] of stepped.entries()) {
      expectClose(logits, expected[i] as Float64Array, BOUND, `step ${i}`);
    }
    const [prefilled] = await logitsAfter(model, ids, [ids.length]);
    // The same sums in another order.
    expectClose(prefilled as Float32Array, stepped.at(-1) as Float32Array, BOUND, "prefill and steps");
  });

  /** Root of the mean square difference, relative to the logits. */
  function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
    let squares = 0;
    let total = 0;
    for (let i = 0; i < expected.length; i++) {
      squares += ((actual[i] as number) - (expected[i] as number)) ** 2;
      total += (expected[i] as number) ** 2;
    }
    return Math.sqrt(squares / total);
  }

  // Rounding to 1 / 127 of the block's largest weight moves weights by about 0.5 %; to 1 / 8 of it, by 8 %; halves by
  // 0.02 %. Embedding, nine matrices in a row and the head each add such a step: about 5 times that in the logits.
  it.each([
    ["q8_0", 1e-3, 0.05],
    ["q4_0", 0.02, 0.6],
    ["f16", 1e-5, 1e-3],
  ] as const)("level %s is close to f32, but not f32", async (level, least, most) => {
    const model = syntheticLlama();
    const ids = idsFor(model);
    const expected = referenceForward(model, ids, CAPACITY).at(-1) as Float64Array;
    const [actual] = await logitsAfter(model, ids, [ids.length], { level });
    const found = distance(actual as Float32Array, expected);
    expect(found).toBeGreaterThan(least);
    expect(found).toBeLessThan(most);
  });

  it("a cache of halves is close to one of f32, but not the same", async () => {
    const model = syntheticLlama();
    const ids = idsFor(model);
    const expected = referenceForward(model, ids, CAPACITY).at(-1) as Float64Array;
    const [actual] = await logitsAfter(model, ids, [ids.length], { precision: "f16" });
    // Keys and values are off by 2^-12 of themselves on average.
    expect(distance(actual as Float32Array, expected)).toBeLessThan(5e-4);
    expect(closeness(actual as Float32Array, expected, 1).maxError).toBeGreaterThan(BOUND);
  });
});
