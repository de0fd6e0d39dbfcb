/** GPT-2: learned positions, layer norm, plain GELU MLP, biases everywhere, tied head; q, k and v in one matrix. */
import type { Activation, BlockTensors, LinearRefs, TensorRef } from "../../shared/modelSpec";
import type { Architecture, ModelDescription } from "./architecture";
import { MOST_LAYERS } from "./configReader";
import { plainBlock } from "./plainBlock";
import { refuseGgufOptions, refuseOptions } from "./unsupportedOptions";

const ACTIVATIONS = ["gelu_new", "gelu", "gelu_pytorch_tanh", "relu"] as const;
const ACTIVATION_OF: Record<(typeof ACTIVATIONS)[number], Activation> = {
  gelu_new: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  gelu: "gelu_erf",
  relu: "relu",
};

interface Shape {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly contextLength: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly intermediateSize: number;
  readonly eps: number;
  readonly activation: Activation;
}

/** Tensor names of one layer, and whether matrices lie [in, out] as Conv1D keeps them. */
interface Names {
  readonly norm1: string;
  readonly qkv: string;
  readonly o: string;
  readonly norm2: string;
  readonly up: string;
  readonly down: string;
  readonly transposed: boolean;
}

function linear(name: string, transposed: boolean, rows?: TensorRef["rows"]): LinearRefs {
  const range = rows === undefined ? {} : { rows };
  return {
    weight: { name: `${name}.weight`, ...range, ...(transposed ? { transposed } : {}) },
    bias: { name: `${name}.bias`, ...range },
  };
}

function blockTensors(names: Names, C: number): BlockTensors {
  const qkv = (part: number): LinearRefs => linear(names.qkv, names.transposed, [part * C, (part + 1) * C]);
  return {
    attentionNorm: linear(names.norm1, false),
    qProj: qkv(0),
    kProj: qkv(1),
    vProj: qkv(2),
    oProj: linear(names.o, names.transposed),
    mlpNorm: linear(names.norm2, false),
    upProj: linear(names.up, names.transposed),
    downProj: linear(names.down, names.transposed),
  };
}

function describe(shape: Shape, tensors: ModelDescription["tensors"]): ModelDescription {
  const block = plainBlock({ ...shape, causal: true });
  return {
    spec: {
      family: "GPT-2",
      vocabSize: shape.vocabSize,
      hiddenSize: shape.hiddenSize,
      contextLength: shape.contextLength,
      embedding: { learnedPositions: true },
      blocks: Array.from({ length: shape.numLayers }, () => block),
      finalNorm: block.norm,
      head: { tied: tensors.head === undefined },
    },
    tensors,
  };
}

export const gpt2: Architecture = {
  family: "GPT-2",
  ggufNames: ["gpt2"],
  modelTypes: ["gpt2"],

  fromGguf(metadata, has) {
    refuseGgufOptions(metadata);
    const hiddenSize = metadata.count("embedding_length");
    const numLayers = metadata.count("block_count", { most: MOST_LAYERS });
    const blocks = Array.from({ length: numLayers }, (_, layer) => {
      const at = `blk.${layer}`;
      return blockTensors(
        {
          norm1: `${at}.attn_norm`,
          qkv: `${at}.attn_qkv`,
          o: `${at}.attn_output`,
          norm2: `${at}.ffn_norm`,
          up: `${at}.ffn_up`,
          down: `${at}.ffn_down`,
          transposed: false,
        },
        hiddenSize,
      );
    });
    return describe(
      {
        vocabSize: metadata.count("vocab_size"),
        hiddenSize,
        contextLength: metadata.count("context_length"),
        numLayers,
        numHeads: metadata.count("attention.head_count"),
        intermediateSize: metadata.count("feed_forward_length"),
        eps: metadata.number("attention.layer_norm_epsilon"),
        activation: "gelu_tanh",
      },
      {
        embedding: { name: "token_embd.weight" },
        positions: { name: "position_embd.weight" },
        blocks,
        finalNorm: linear("output_norm", false),
        ...(has("output.weight") ? { head: { weight: { name: "output.weight" } } } : {}),
      },
    );
  },

  fromHuggingFace(config, has) {
    refuseOptions(config);
    config.mustBe("scale_attn_weights", [true]);
    config.mustBe("scale_attn_by_inverse_layer_idx", [false]);
    config.mustBe("add_cross_attention", [false]);
    const hiddenSize = config.count("n_embd");
    const numLayers = config.count("n_layer", { most: MOST_LAYERS });
    const root = has("transformer.wte.weight") ? "transformer." : "";
    const blocks = Array.from({ length: numLayers }, (_, layer) => {
      const at = `${root}h.${layer}`;
      return blockTensors(
        {
          norm1: `${at}.ln_1`,
          qkv: `${at}.attn.c_attn`,
          o: `${at}.attn.c_proj`,
          norm2: `${at}.ln_2`,
          up: `${at}.mlp.c_fc`,
          down: `${at}.mlp.c_proj`,
          transposed: true,
        },
        hiddenSize,
      );
    });
    const tied = config.boolean("tie_word_embeddings", true) || !has("lm_head.weight");
    return describe(
      {
        vocabSize: config.count("vocab_size"),
        hiddenSize,
        contextLength: config.count("n_positions"),
        numLayers,
        numHeads: config.count("n_head"),
        intermediateSize: config.numberOrNull("n_inner") ?? 4 * hiddenSize,
        eps: config.number("layer_norm_epsilon", 1e-5),
        activation: ACTIVATION_OF[config.choice("activation_function", ACTIVATIONS, "gelu_new")],
      },
      {
        embedding: { name: `${root}wte.weight` },
        positions: { name: `${root}wpe.weight` },
        blocks,
        finalNorm: linear(`${root}ln_f`, false),
        ...(tied ? {} : { head: { weight: { name: "lm_head.weight" } } }),
      },
    );
  },
};
