/** CLIP and SigLIP towers as a LLaVA configuration describes them; defaults are those of the Hugging Face classes. */
import type { Activation, BlockTensors, LinearRefs, VisionSpec, VisionTensors } from "../../shared/modelSpec";
import { type HasTensor, linearRefs } from "./architecture";
import { type ConfigReader, MOST_LAYERS } from "./configReader";
import { plainBlock } from "./plainBlock";

const TOWERS = ["clip_vision_model", "siglip_vision_model"] as const;

interface TowerTraits {
  readonly family: string;
  readonly eps: number;
  readonly activation: keyof typeof ACTIVATION_OF;
  readonly classRow: boolean;
  readonly imageSize: number;
  readonly patchSize: number;
}

const TRAITS: Record<(typeof TOWERS)[number], TowerTraits> = {
  clip_vision_model: {
    family: "CLIP",
    eps: 1e-5,
    activation: "quick_gelu",
    classRow: true,
    imageSize: 224,
    patchSize: 32,
  },
  siglip_vision_model: {
    family: "SigLIP",
    eps: 1e-6,
    activation: "gelu_pytorch_tanh",
    classRow: false,
    imageSize: 224,
    patchSize: 16,
  },
};

export const ACTIVATION_OF: Readonly<Record<"quick_gelu" | "gelu_pytorch_tanh" | "gelu" | "relu", Activation>> = {
  quick_gelu: "gelu_quick",
  gelu_pytorch_tanh: "gelu_tanh",
  gelu: "gelu_erf",
  relu: "relu",
};
export const ACTIVATION_NAMES = ["quick_gelu", "gelu_pytorch_tanh", "gelu", "relu"] as const;

/** A side of a picture or patch; public towers stay below 1024. */
export const MOST_PIXELS = 4096;

export interface VisionDescription {
  readonly spec: VisionSpec;
  readonly tensors: VisionTensors;
}

/** @param llava the whole configuration @param textSize hidden size of the language model */
export function visionFromLlava(llava: ConfigReader, textSize: number, has: HasTensor): VisionDescription {
  const config = llava.requiredObject("vision_config");
  const traits = TRAITS[config.choice("model_type", TOWERS)];
  config.mustBe("num_channels", [3]);
  const hiddenSize = config.count("hidden_size", { fallback: 768 });
  const allLayers = config.count("num_hidden_layers", { fallback: 12, most: MOST_LAYERS });
  const layers = layersRun(llava, allLayers);
  const block = plainBlock({
    hiddenSize,
    numHeads: config.count("num_attention_heads", { fallback: 12 }),
    intermediateSize: config.count("intermediate_size", { fallback: 3072 }),
    eps: config.number("layer_norm_eps", traits.eps),
    activation: ACTIVATION_OF[config.choice("hidden_act", ACTIVATION_NAMES, traits.activation)],
    causal: false,
  });
  const strategy = llava.choice("vision_feature_select_strategy", ["default", "full"] as const, "default");
  if (strategy === "default" && !traits.classRow) {
    throw llava.unsupported("vision_feature_select_strategy", strategy, `: ${traits.family} has no class row to drop`);
  }
  const projectorAct = llava.choice("projector_hidden_act", ACTIVATION_NAMES, "gelu");
  return {
    spec: {
      family: traits.family,
      imageSize: config.count("image_size", { fallback: traits.imageSize, most: MOST_PIXELS }),
      patchSize: config.count("patch_size", { fallback: traits.patchSize, most: MOST_PIXELS }),
      hiddenSize,
      blocks: Array.from({ length: layers }, () => block),
      classRow: traits.classRow,
      preNorm: traits.classRow ? block.norm : null,
      dropsClassRow: strategy === "default",
      projectorActivation: ACTIVATION_OF[projectorAct],
      projectorSize: textSize,
      imageTokenId: llava.numberOrNull("image_token_index") ?? llava.number("image_token_id"),
    },
    tensors: tensorsOf(traits, layers, has),
  };
}

/** `vision_feature_layer` indexes the hidden states, of which there is one more than layers. */
function layersRun(llava: ConfigReader, allLayers: number): number {
  const layer = llava.number("vision_feature_layer", -2);
  const run = layer < 0 ? allLayers + 1 + layer : layer;
  if (!Number.isInteger(run) || run < 0 || run > allLayers) {
    throw llava.unsupported("vision_feature_layer", layer, `: the tower has ${allLayers} layers`);
  }
  return run;
}

function tensorsOf(traits: TowerTraits, layers: number, has: HasTensor): VisionTensors {
  const root = has("model.vision_tower.vision_model.embeddings.patch_embedding.weight") ? "model." : "";
  const tower = `${root}vision_tower.vision_model`;
  const linear = (name: string): LinearRefs => linearRefs(has, name);
  const blocks = Array.from({ length: layers }, (_, layer): BlockTensors => {
    const at = `${tower}.encoder.layers.${layer}`;
    return {
      attentionNorm: linear(`${at}.layer_norm1`),
      qProj: linear(`${at}.self_attn.q_proj`),
      kProj: linear(`${at}.self_attn.k_proj`),
      vProj: linear(`${at}.self_attn.v_proj`),
      oProj: linear(`${at}.self_attn.out_proj`),
      mlpNorm: linear(`${at}.layer_norm2`),
      upProj: linear(`${at}.mlp.fc1`),
      downProj: linear(`${at}.mlp.fc2`),
    };
  });
  const embeddings = `${tower}.embeddings`;
  return {
    patchEmbedding: linear(`${embeddings}.patch_embedding`),
    positions: { name: `${embeddings}.position_embedding.weight` },
    blocks,
    projector: [linear(`${root}multi_modal_projector.linear_1`), linear(`${root}multi_modal_projector.linear_2`)],
    ...(traits.classRow ? { classRow: { name: `${embeddings}.class_embedding` } } : {}),
    // The spelling is the checkpoint's.
    ...(traits.classRow ? { preNorm: linear(`${tower}.pre_layrnorm`) } : {}),
  };
}
