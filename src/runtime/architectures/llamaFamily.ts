/**
 * The shape that Llama, Mistral, Qwen and SmolLM share: rms norm before each half, rotary positions, grouped-query
 * attention, gated MLP. Family files say only what differs.
 */
import type {
  BlockSpec,
  BlockTensors,
  LinearRefs,
  ModelTensors,
  PositionSpec,
  RopeScaling,
} from "../../shared/modelSpec";
import { type HasTensor, linearRefs, type ModelDescription } from "./architecture";
import { type ConfigReader, MOST_LAYERS } from "./configReader";
import { ggufRope, huggingFaceRope } from "./ropeScaling";
import { refuseGgufOptions, refuseOptions } from "./unsupportedOptions";

export interface LlamaTraits {
  readonly family: string;
  /** Norm of q and k per head. */
  readonly qkNorm?: boolean;
  /** Llama's GGUF files hold q and k permuted for interleaved pairs; other families keep halves. */
  readonly ggufLayout: "interleaved" | "half";
  /** Tokens a layer sees, null for all; `config` is the whole configuration. */
  readonly slidingWindow?: (config: ConfigReader, layer: number) => number | null;
  /** Whether a layer rotates at all. */
  readonly rotates?: (config: ConfigReader, layer: number) => boolean;
  /** config.json's word on biases of q, k, v and of o. */
  readonly biases?: (config: ConfigReader) => { qkv: boolean; o: boolean; mlp: boolean };
}

interface Shape {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly contextLength: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly intermediateSize: number;
  readonly eps: number;
  readonly rotaryDim: number;
  readonly layout: "interleaved" | "half";
  readonly theta: number;
  readonly scaling: RopeScaling;
}

function describe(shape: Shape, traits: LlamaTraits, config: ConfigReader, tensors: ModelTensors): ModelDescription {
  const norm = { kind: "rms", eps: shape.eps } as const;
  const rope: PositionSpec = {
    kind: "rope",
    theta: shape.theta,
    rotaryDim: shape.rotaryDim,
    layout: shape.layout,
    scaling: shape.scaling,
  };
  const block = (layer: number): BlockSpec => ({
    norm,
    attention: {
      numHeads: shape.numHeads,
      numKvHeads: shape.numKvHeads,
      headDim: shape.headDim,
      scale: 1 / Math.sqrt(shape.headDim),
      qkNorm: traits.qkNorm === true ? norm : null,
      causal: true,
      slidingWindow: traits.slidingWindow?.(config, layer) ?? null,
    },
    position: (traits.rotates?.(config, layer) ?? true) ? rope : { kind: "none" },
    mlp: { kind: "gated", activation: "silu", intermediateSize: shape.intermediateSize },
  });
  return {
    spec: {
      family: traits.family,
      vocabSize: shape.vocabSize,
      hiddenSize: shape.hiddenSize,
      contextLength: shape.contextLength,
      embedding: { learnedPositions: false },
      blocks: Array.from({ length: shape.numLayers }, (_, layer) => block(layer)),
      finalNorm: norm,
      head: { tied: tensors.head === undefined },
    },
    tensors,
  };
}

export function llamaFromHuggingFace(traits: LlamaTraits, config: ConfigReader, has: HasTensor): ModelDescription {
  refuseOptions(config);
  config.mustBe("hidden_act", ["silu", "swish"]);
  const hiddenSize = config.count("hidden_size");
  const numHeads = config.count("num_attention_heads");
  const headDim = config.count("head_dim", { fallback: hiddenSize / numHeads });
  const contextLength = config.count("max_position_embeddings");
  const numLayers = config.count("num_hidden_layers", { most: MOST_LAYERS });
  const { theta, scaling } = huggingFaceRope(config, contextLength);
  const biases = traits.biases?.(config) ?? { qkv: false, o: false, mlp: false };
  const tied = config.boolean("tie_word_embeddings", false) || !has("lm_head.weight");
  const blocks = Array.from({ length: numLayers }, (_, layer): BlockTensors => {
    const at = `model.layers.${layer}`;
    const linear = (name: string, bias: boolean): LinearRefs => ({
      weight: { name: `${at}.${name}.weight` },
      ...(bias ? { bias: { name: `${at}.${name}.bias` } } : {}),
    });
    return {
      attentionNorm: linear("input_layernorm", false),
      qProj: linear("self_attn.q_proj", biases.qkv),
      kProj: linear("self_attn.k_proj", biases.qkv),
      vProj: linear("self_attn.v_proj", biases.qkv),
      oProj: linear("self_attn.o_proj", biases.o),
      ...(traits.qkNorm === true
        ? { qNorm: linear("self_attn.q_norm", false), kNorm: linear("self_attn.k_norm", false) }
        : {}),
      mlpNorm: linear("post_attention_layernorm", false),
      gateProj: linear("mlp.gate_proj", biases.mlp),
      upProj: linear("mlp.up_proj", biases.mlp),
      downProj: linear("mlp.down_proj", biases.mlp),
    };
  });
  return describe(
    {
      vocabSize: config.count("vocab_size"),
      hiddenSize,
      contextLength,
      numLayers,
      numHeads,
      numKvHeads: config.count("num_key_value_heads", { fallback: numHeads }),
      headDim,
      intermediateSize: config.count("intermediate_size"),
      eps: config.number("rms_norm_eps", 1e-6),
      rotaryDim: headDim,
      layout: "half",
      theta,
      scaling,
    },
    traits,
    config,
    {
      embedding: { name: "model.embed_tokens.weight" },
      blocks,
      finalNorm: { weight: { name: "model.norm.weight" } },
      ...(tied ? {} : { head: { weight: { name: "lm_head.weight" } } }),
    },
  );
}

/** @param metadata reader whose keys start behind "<architecture>." @param vocabSize rows of the embedding */
export function llamaFromGguf(traits: LlamaTraits, metadata: ConfigReader, has: HasTensor): ModelDescription {
  refuseGgufOptions(metadata);
  const hiddenSize = metadata.count("embedding_length");
  const numHeads = metadata.count("attention.head_count");
  const headDim = metadata.count("attention.key_length", { fallback: hiddenSize / numHeads });
  metadata.mustBe("attention.value_length", [headDim]);
  const contextLength = metadata.count("context_length");
  const numLayers = metadata.count("block_count", { most: MOST_LAYERS });
  const divisors = "rope_freqs.weight";
  const { theta, scaling } = ggufRope(metadata, contextLength, has(divisors) ? divisors : null);
  const blocks = Array.from({ length: numLayers }, (_, layer): BlockTensors => {
    const linear = (name: string): LinearRefs => linearRefs(has, `blk.${layer}.${name}`);
    return {
      attentionNorm: linear("attn_norm"),
      qProj: linear("attn_q"),
      kProj: linear("attn_k"),
      vProj: linear("attn_v"),
      oProj: linear("attn_output"),
      ...(traits.qkNorm === true ? { qNorm: linear("attn_q_norm"), kNorm: linear("attn_k_norm") } : {}),
      mlpNorm: linear("ffn_norm"),
      gateProj: linear("ffn_gate"),
      upProj: linear("ffn_up"),
      downProj: linear("ffn_down"),
    };
  });
  return describe(
    {
      vocabSize: metadata.count("vocab_size"),
      hiddenSize,
      contextLength,
      numLayers,
      numHeads,
      numKvHeads: metadata.count("attention.head_count_kv", { fallback: numHeads }),
      headDim,
      intermediateSize: metadata.count("feed_forward_length"),
      eps: metadata.number("attention.layer_norm_rms_epsilon"),
      rotaryDim: metadata.count("rope.dimension_count", { fallback: headDim, most: headDim }),
      layout: traits.ggufLayout,
      theta,
      scaling,
    },
    traits,
    metadata,
    {
      embedding: { name: "token_embd.weight" },
      blocks,
      finalNorm: { weight: { name: "output_norm.weight" } },
      ...(has("output.weight") ? { head: { weight: { name: "output.weight" } } } : {}),
    },
  );
}
