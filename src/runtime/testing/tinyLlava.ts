/** A language model of the tests that sees: a SigLIP or CLIP tower and a projector before it, as a Hugging Face folder. */
import { writeGguf } from "./ggufWriter";
import { SeededRandom } from "./random";
import { safetensorsFile, type WrittenSafetensor } from "./safetensorsWriter";
import { BYTE_LEVEL_TEMPLATE } from "./talkingVocabulary";
import { f16Tensor, jsonFile, type TinyModel, type TinyTensor, tinyConfig, tinyTensor, tinyTensors } from "./tinyModel";

/** Pictures are squares of 48 pixels, seen as 6 x 6 patches: as many rows of the prompt. */
export const SEEN_SIZE = 48;
export const PATCH_SIZE = 8;
export const IMAGE_TOKENS = (SEEN_SIZE / PATCH_SIZE) ** 2;

const TOWER_SIZE = 32;
const TOWER_MLP = 64;

/** Values of a tower's and projector's tensor, by its name below "vision_tower." or "multi_modal_projector.". */
type TowerValues = (name: string, shape: readonly number[]) => TinyTensor;

/**
 * A patch of strong red, green or blue becomes the embedding of a word, and every other becomes nothing: the talking
 * model then answers as if it had read that word.
 * @param words one for red, one for green, one for blue
 */
export function colourTower({ vocabulary }: TinyModel, words: readonly [string, string, string]): TowerValues {
  return (name, shape) => {
    const tensor = tinyTensor(shape);
    const [, columns = 1] = shape;
    const put = (row: number, column: number, value: number): void => {
      tensor.values[row * columns + column] = value;
    };
    if (name.endsWith("patch_embedding.weight")) {
      // Means of the three channels: -1 is dark, 1 is full.
      const area = PATCH_SIZE ** 2;
      for (const c of [0, 1, 2]) tensor.values.fill(1 / area, (c * 3 + c) * area, (c * 3 + c + 1) * area);
    }
    if (name === "linear_1.weight") for (const c of [0, 1, 2]) for (const d of [0, 1, 2]) put(c, d, c === d ? 1 : -1);
    // 3 for the pure colour, at most 1 for what is not one of the three: black and yellow.
    if (name === "linear_1.bias") tensor.values.fill(-1.2, 0, 3);
    if (name === "linear_2.weight") words.forEach((word, c) => void put(vocabulary.idOf(word), c, 1));
    return tensor;
  };
}

/** Every row depends on every patch. */
export function randomTower(seed: number): TowerValues {
  const random = new SeededRandom(seed);
  return (name, shape) => {
    if (name.endsWith("bias")) return tinyTensor(shape, () => 0.1 * random.normal());
    if (name.includes("norm")) return tinyTensor(shape, () => 1);
    const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
    return tinyTensor(shape, () => (1.5 * random.normal()) / Math.sqrt(inputs));
  };
}

/** CLIP's tower has a row before the patches that stands for none of them, and a norm before its layers. */
export type TowerKind = "siglip" | "clip";

/** File name -> content, F16 in model.safetensors. The image token's id lies outside the embedding table. */
export function tinyLlavaFolder(
  model: TinyModel,
  tower: TowerValues,
  kind: TowerKind = "siglip",
): Map<string, Uint8Array> {
  const { shape, vocabulary } = model;
  const imageTokenId = vocabulary.size;
  const tokenizer = vocabulary.tokenizerJson() as { added_tokens: object[] };
  const imageToken = { id: imageTokenId, content: "<image>", special: true, normalized: false };
  const text = Object.entries(tinyTensors(model)).map(([name, tensor]) => [`language_model.${name}`, tensor] as const);
  return new Map([
    ["config.json", jsonFile(llavaConfig(tinyConfig(shape), imageTokenId, kind))],
    ["preprocessor_config.json", jsonFile({ size: { width: SEEN_SIZE, height: SEEN_SIZE }, resample: 2 })],
    ["tokenizer.json", jsonFile({ ...tokenizer, added_tokens: [...tokenizer.added_tokens, imageToken] })],
    ["tokenizer_config.json", jsonFile(vocabulary.tokenizerConfig(BYTE_LEVEL_TEMPLATE))],
    [
      "model.safetensors",
      safetensorsFile({ ...Object.fromEntries(text), ...towerTensors(shape.hiddenSize, tower, kind) }),
    ],
  ]);
}

function llavaConfig(textConfig: object, imageTokenId: number, kind: TowerKind): object {
  return {
    model_type: "llava",
    text_config: textConfig,
    vision_config: {
      model_type: `${kind}_vision_model`,
      image_size: SEEN_SIZE,
      patch_size: PATCH_SIZE,
      hidden_size: TOWER_SIZE,
      num_attention_heads: 2,
      num_hidden_layers: 1,
      intermediate_size: TOWER_MLP,
    },
    vision_feature_layer: -1,
    vision_feature_select_strategy: kind === "clip" ? "default" : "full",
    projector_hidden_act: "relu",
    image_token_index: imageTokenId,
  };
}

function towerTensors(
  textSize: number,
  values: TowerValues,
  kind: TowerKind = "siglip",
): Record<string, WrittenSafetensor> {
  const tensors: Record<string, WrittenSafetensor> = {};
  const put = (root: string, name: string, ...shape: number[]): void => {
    tensors[`${root}.${name}`] = f16Tensor(values(name, shape));
  };
  const linear = (root: string, name: string, rows: number, columns: number): void => {
    put(root, `${name}.weight`, rows, columns);
    put(root, `${name}.bias`, rows);
  };
  const norm = (root: string, name: string): void => {
    put(root, `${name}.weight`, TOWER_SIZE);
    put(root, `${name}.bias`, TOWER_SIZE);
  };
  const tower = "vision_tower.vision_model";
  put(tower, "embeddings.patch_embedding.weight", TOWER_SIZE, 3, PATCH_SIZE, PATCH_SIZE);
  put(tower, "embeddings.patch_embedding.bias", TOWER_SIZE);
  put(tower, "embeddings.position_embedding.weight", IMAGE_TOKENS + (kind === "clip" ? 1 : 0), TOWER_SIZE);
  if (kind === "clip") {
    put(tower, "embeddings.class_embedding", TOWER_SIZE);
    norm(tower, "pre_layrnorm");
  }
  const block = `${tower}.encoder.layers.0`;
  norm(block, "layer_norm1");
  norm(block, "layer_norm2");
  for (const name of ["q_proj", "k_proj", "v_proj", "out_proj"]) {
    linear(block, `self_attn.${name}`, TOWER_SIZE, TOWER_SIZE);
  }
  linear(block, "mlp.fc1", TOWER_MLP, TOWER_SIZE);
  linear(block, "mlp.fc2", TOWER_SIZE, TOWER_MLP);
  const projector = "multi_modal_projector";
  linear(projector, "linear_1", textSize, TOWER_SIZE);
  linear(projector, "linear_2", textSize, textSize);
  return tensors;
}

/** By the names that llama.cpp gives them, without the number of the layer. */
const GGUF_NAMES: Readonly<Record<string, string>> = {
  "embeddings.patch_embedding": "v.patch_embd",
  "embeddings.position_embedding": "v.position_embd",
  "encoder.layers.0.layer_norm1": "v.blk.0.ln1",
  "encoder.layers.0.layer_norm2": "v.blk.0.ln2",
  "encoder.layers.0.self_attn.q_proj": "v.blk.0.attn_q",
  "encoder.layers.0.self_attn.k_proj": "v.blk.0.attn_k",
  "encoder.layers.0.self_attn.v_proj": "v.blk.0.attn_v",
  "encoder.layers.0.self_attn.out_proj": "v.blk.0.attn_out",
  "encoder.layers.0.mlp.fc1": "v.blk.0.ffn_up",
  "encoder.layers.0.mlp.fc2": "v.blk.0.ffn_down",
  linear_1: "mm.0",
  linear_2: "mm.2",
};

/** The tower and projector of `tinyLlavaFolder` as a GGUF of their own, F16. */
export function tinyTowerGguf(textSize: number, tower: TowerValues, projector = "mlp"): Uint8Array {
  const GGML_F16 = 1;
  const whole = (value: number) => ({ kind: "uint32", value }) as const;
  return writeGguf({
    metadata: {
      "general.architecture": { kind: "string", value: "clip" },
      "clip.has_vision_encoder": { kind: "bool", value: true },
      "clip.projector_type": { kind: "string", value: projector },
      "clip.use_gelu": { kind: "bool", value: true },
      "clip.vision.image_size": whole(SEEN_SIZE),
      "clip.vision.patch_size": whole(PATCH_SIZE),
      "clip.vision.embedding_length": whole(TOWER_SIZE),
      "clip.vision.feed_forward_length": whole(TOWER_MLP),
      "clip.vision.block_count": whole(1),
      "clip.vision.attention.head_count": whole(2),
      "clip.vision.attention.layer_norm_epsilon": { kind: "float32", value: 1e-6 },
      "clip.vision.image_mean": { kind: "float32s", value: [0.5, 0.5, 0.5] },
      "clip.vision.image_std": { kind: "float32s", value: [0.5, 0.5, 0.5] },
    },
    tensors: Object.entries(towerTensors(textSize, tower)).map(([name, { shape, data }]) => {
      const [, stem = "", ending = ""] =
        /^(?:vision_tower\.vision_model|multi_modal_projector)\.(.*)\.(\w+)$/.exec(name) ?? [];
      return { name: `${GGUF_NAMES[stem]}.${ending}`, shape, type: GGML_F16, data };
    }),
  });
}
