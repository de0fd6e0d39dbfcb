/** The image half of a LLaVA pair in GGUF ("mmproj"): a CLIP or SigLIP tower with its projector, and nothing else. */
import type { BlockTensors, LinearRefs } from "../../shared/modelSpec";
import { type HasTensor, linearRefs } from "./architecture";
import { type ConfigReader, MOST_LAYERS } from "./configReader";
import { plainBlock } from "./plainBlock";
import { MOST_PIXELS, type VisionDescription } from "./visionTower";

/** Shape of a tensor, rows first; undefined: the file has none of that name. */
export type ShapeOf = (name: string) => readonly number[] | undefined;

/**
 * @param config metadata below "clip." @param textSize hidden size of the language model
 * @throws UnsupportedModelError naming the option
 */
export function visionFromGguf(config: ConfigReader, textSize: number, shapeOf: ShapeOf): VisionDescription {
  const has: HasTensor = (name) => shapeOf(name) !== undefined;
  config.mustBe("has_vision_encoder", [true]);
  config.mustBe("projector_type", ["mlp"]);
  config.mustBe("use_silu", [false]);
  const hiddenSize = config.count("vision.embedding_length");
  const layers = layersRun(config);
  const classRow = has("v.class_embd");
  const block = plainBlock({
    hiddenSize,
    numHeads: config.count("vision.attention.head_count"),
    intermediateSize: config.count("vision.feed_forward_length"),
    eps: config.number("vision.attention.layer_norm_epsilon", 1e-5),
    // The flag tells tanh GELU from its sigmoid approximation.
    activation: config.boolean("use_gelu", false) ? "gelu_tanh" : "gelu_quick",
    causal: false,
  });
  const linear = (name: string): LinearRefs => linearRefs(has, name);
  const preNorm = has("v.pre_ln.weight");
  return {
    spec: {
      family: classRow ? "CLIP" : "SigLIP",
      imageSize: config.count("vision.image_size", { most: MOST_PIXELS }),
      patchSize: config.count("vision.patch_size", { most: MOST_PIXELS }),
      hiddenSize,
      blocks: Array.from({ length: layers }, () => block),
      classRow,
      preNorm: preNorm ? block.norm : null,
      // Such files do not say; every LLaVA that was published so drops it.
      dropsClassRow: classRow,
      projectorActivation: "gelu_erf",
      projectorSize: textSize,
      imageTokenId: null,
    },
    tensors: {
      patchEmbedding: linear("v.patch_embd"),
      positions: { name: "v.position_embd.weight" },
      blocks: Array.from({ length: layers }, (_, layer) => blockTensors(`v.blk.${layer}`, linear, shapeOf, hiddenSize)),
      projector: [linear("mm.0"), linear("mm.2")],
      ...(classRow ? { classRow: { name: "v.class_embd" } } : {}),
      ...(preNorm ? { preNorm: linear("v.pre_ln") } : {}),
    },
  };
}

/** `feature_layer` counts the layers run; files without it hold only those that are. */
function layersRun(config: ConfigReader): number {
  const layers = config.count("vision.block_count", { most: MOST_LAYERS });
  const chosen = config.array("vision.feature_layer");
  if (chosen === null) return layers;
  const [run] = chosen;
  if (chosen.length !== 1 || typeof run !== "number" || run < 0 || run > layers) {
    throw config.unsupported("vision.feature_layer", chosen.join(", "), `: the tower has ${layers} layers`);
  }
  return run;
}

function blockTensors(
  at: string,
  linear: (name: string) => LinearRefs,
  shapeOf: ShapeOf,
  hiddenSize: number,
): BlockTensors {
  // Old converters called the first matrix of the MLP "down": it is the one that reads the hidden row.
  const isSwapped = shapeOf(`${at}.ffn_down.weight`)?.[1] === hiddenSize;
  return {
    attentionNorm: linear(`${at}.ln1`),
    qProj: linear(`${at}.attn_q`),
    kProj: linear(`${at}.attn_k`),
    vProj: linear(`${at}.attn_v`),
    oProj: linear(`${at}.attn_out`),
    mlpNorm: linear(`${at}.ln2`),
    upProj: linear(`${at}.${isSwapped ? "ffn_down" : "ffn_up"}`),
    downProj: linear(`${at}.${isSwapped ? "ffn_up" : "ffn_down"}`),
  };
}
