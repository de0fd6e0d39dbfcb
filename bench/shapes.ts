/** The models whose shapes are measured, as their config.json says them. Weights are random. */

export interface BenchShape {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const COMMON = { rms_norm_eps: 1e-5, hidden_act: "silu", tie_word_embeddings: true, max_position_embeddings: 8192 };

export const SHAPES: readonly BenchShape[] = [
  {
    name: "SmolLM2-135M",
    config: {
      ...COMMON,
      model_type: "llama",
      hidden_size: 576,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      head_dim: 64,
      intermediate_size: 1536,
      vocab_size: 49152,
      rope_theta: 100000,
    },
  },
  {
    name: "Qwen2-0.5B",
    config: {
      ...COMMON,
      model_type: "qwen2",
      hidden_size: 896,
      num_hidden_layers: 24,
      num_attention_heads: 14,
      num_key_value_heads: 2,
      head_dim: 64,
      intermediate_size: 4864,
      vocab_size: 151936,
      rope_theta: 1000000,
    },
  },
  {
    name: "Llama-3.2-1B",
    config: {
      ...COMMON,
      model_type: "llama",
      hidden_size: 2048,
      num_hidden_layers: 16,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 64,
      intermediate_size: 8192,
      vocab_size: 128256,
      rope_theta: 500000,
    },
  },
];

/** The same shape with fewer layers; a result says how many it measured of how many. */
export function withLayers(shape: BenchShape, layers: number): BenchShape {
  return { name: shape.name, config: { ...shape.config, num_hidden_layers: Math.min(layers, layersOf(shape)) } };
}

export function layersOf(shape: BenchShape): number {
  return shape.config.num_hidden_layers as number;
}
