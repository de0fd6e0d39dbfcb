/**
 * Options of configurations that change what a model computes and that no family here implements: with any value but
 * one that changes nothing they are refused by name. A family that comes to implement one takes it off for itself.
 */
import type { ConfigReader } from "./configReader";

/** Of config.json. What is null there counts as absent. */
const OPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  add_cross_attention: [false],
  attention_multiplier: [],
  attn_logit_softcapping: [],
  embedding_multiplier: [1],
  final_logit_softcapping: [],
  is_encoder_decoder: [false],
  logit_scale: [1],
  logits_scaling: [1],
  num_experts: [0],
  num_local_experts: [0],
  partial_rotary_factor: [1],
  pretraining_tp: [1],
  // Weights in a packing of another program.
  quantization_config: [],
  residual_multiplier: [1],
  rope_interleaved: [false],
  use_parallel_residual: [false],
};

/** Of GGUF metadata, behind the architecture's name. */
const GGUF_OPTIONS: Readonly<Record<string, readonly unknown[]>> = {
  attn_logit_softcapping: [0],
  "attention.causal": [true],
  "attention.clamp_kqv": [0],
  "attention.max_alibi_bias": [0],
  "attention.scale": [0],
  embedding_scale: [1],
  expert_count: [0],
  final_logit_softcapping: [0],
  logit_scale: [1],
  residual_scale: [1],
  use_parallel_residual: [false],
};

/** @throws UnsupportedModelError */
export function refuseOptions(config: ConfigReader): void {
  for (const [key, harmless] of Object.entries(OPTIONS)) config.mustBe(key, harmless);
}

/** @throws UnsupportedModelError */
export function refuseGgufOptions(metadata: ConfigReader): void {
  for (const [key, harmless] of Object.entries(GGUF_OPTIONS)) metadata.mustBe(key, harmless);
}
