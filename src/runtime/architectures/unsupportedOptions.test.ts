import { describe, expect, it } from "vitest";
import { describeGguf, describeHuggingFace } from "./registry";

const LLAMA = {
  model_type: "llama",
  vocab_size: 97,
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 96,
  max_position_embeddings: 512,
};
const GGUF = {
  "general.architecture": "llama",
  "llama.embedding_length": 64,
  "llama.block_count": 2,
  "llama.attention.head_count": 4,
  "llama.feed_forward_length": 96,
  "llama.context_length": 512,
  "llama.attention.layer_norm_rms_epsilon": 1e-5,
};
const fromConfig = (change: Record<string, unknown>) => describeHuggingFace({ ...LLAMA, ...change }, () => false);
const fromGguf = (change: Record<string, unknown>) =>
  describeGguf(
    { ...GGUF, ...Object.fromEntries(Object.entries(change).map(([key, value]) => [`llama.${key}`, value])) },
    97,
    () => false,
  );

describe("options that would change what is computed", () => {
  it.each([
    ["sliding_window", 4096],
    ["layer_types", ["full_attention", "sliding_attention"]],
    ["final_logit_softcapping", 30],
    ["attn_logit_softcapping", 50],
    ["logit_scale", 0.0625],
    ["attention_multiplier", 0.1],
    ["residual_multiplier", 0.2],
    ["embedding_multiplier", 12],
    ["logits_scaling", 8],
    ["num_local_experts", 8],
    ["rope_interleaved", true],
    ["is_encoder_decoder", true],
    ["quantization_config", { quant_method: "gptq" }],
    ["partial_rotary_factor", 0.5],
    ["pretraining_tp", 2],
    ["hidden_act", "relu2"],
  ])("config.json: %s %j is refused by name", (key, value) => {
    expect(() => fromConfig({ [key]: value })).toThrow(key);
  });

  it("config.json: values that change nothing are taken", () => {
    const harmless = { logit_scale: 1, num_local_experts: 0, sliding_window: null, layer_types: ["full_attention"] };
    expect(fromConfig(harmless).spec.blocks).toHaveLength(2);
  });

  it("config.json: YaRN that does not round its borders is refused", () => {
    const yarn = { rope_type: "yarn", factor: 2, truncate: false };
    expect(() => fromConfig({ rope_scaling: yarn })).toThrow("truncate");
    expect(fromConfig({ rope_scaling: { ...yarn, truncate: true } }).spec.blocks).toHaveLength(2);
  });

  it.each([
    ["attention.scale", 0.1],
    ["logit_scale", 0.0625],
    ["final_logit_softcapping", 30],
    ["attention.clamp_kqv", 8],
    ["attention.causal", false],
    ["attention.max_alibi_bias", 8],
    ["expert_count", 8],
  ])("GGUF: %s %j is refused by name", (key, value) => {
    expect(() => fromGguf({ [key]: value })).toThrow(key);
  });

  it("GGUF: a sliding window is kept, as Mistral's files need", () => {
    const { blocks } = fromGguf({ "attention.sliding_window": 32 }).spec;
    expect(blocks.map((block) => block.attention.slidingWindow)).toEqual([32, 32]);
  });

  it.each([
    [{ "rope.scaling.factor": 4 }],
    [{ "rope.scale_linear": 4 }],
    [{ "rope.scaling.type": "linear", "rope.scaling.factor": 4 }],
  ])("GGUF: %j stretches positions linearly", (metadata) => {
    const position = fromGguf(metadata).spec.blocks[0]?.position;
    expect(position).toMatchObject({ scaling: { kind: "linear", factor: 4 } });
  });
});

describe("numbers that no model has", () => {
  it.each([
    ["num_hidden_layers", 300_000],
    ["num_hidden_layers", 1e10],
    ["num_hidden_layers", 2.5],
    ["num_hidden_layers", 0],
    ["hidden_size", -64],
    ["hidden_size", 2 ** 53],
    ["vocab_size", 0.5],
    ["num_attention_heads", 0],
    ["num_attention_heads", 7],
    ["rope_theta", 0],
    ["rope_theta", -10000],
  ])("config.json: %s %d is refused by name", (key, value) => {
    const named = key === "num_attention_heads" && value === 7 ? "head_dim" : key;
    expect(() => fromConfig({ [key]: value })).toThrow(named);
  });

  it("config.json: a scaling factor of 0 is refused", () => {
    expect(() => fromConfig({ rope_scaling: { rope_type: "linear", factor: 0 } })).toThrow("factor");
  });

  it.each([
    ["block_count", 300_000],
    ["embedding_length", 0],
    ["rope.dimension_count", 1000],
    ["rope.freq_base", 0],
  ])("GGUF: %s %d is refused by name", (key, value) => {
    expect(() => fromGguf({ [key]: value })).toThrow(key);
  });
});
