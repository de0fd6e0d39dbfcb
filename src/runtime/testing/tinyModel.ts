/** Models small enough for any test, and the files they come in: one GGUF, or a Hugging Face folder. */
import { floatToHalf } from "../model/half";
import { quantize } from "../model/quantize/quantize";
import { type GgufContent, type WrittenTensor, type WrittenValue, writeGguf } from "./ggufWriter";
import { SeededRandom } from "./random";
import { safetensorsFile, type WrittenSafetensor } from "./safetensorsWriter";
import { BYTE_LEVEL_TEMPLATE, SPM_TEMPLATE, TalkingVocabulary } from "./talkingVocabulary";

export interface TinyShape {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly contextLength: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly intermediateSize: number;
}

export interface TinyTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Rotary pairs lie side by side in Llama's GGUF files, half a head apart in Hugging Face's. */
export type ByLayout = Readonly<Record<"interleaved" | "half", TinyTensor>>;

export interface TinyBlock {
  readonly attentionNorm: TinyTensor;
  readonly q: ByLayout;
  readonly k: ByLayout;
  readonly v: TinyTensor;
  readonly o: TinyTensor;
  readonly mlpNorm: TinyTensor;
  readonly gate: TinyTensor;
  readonly up: TinyTensor;
  readonly down: TinyTensor;
}

export interface TinyWeights {
  readonly embedding: TinyTensor;
  readonly blocks: readonly TinyBlock[];
  readonly finalNorm: TinyTensor;
  readonly head: TinyTensor;
}

export interface TinyModel {
  readonly shape: TinyShape;
  readonly vocabulary: TalkingVocabulary;
  readonly weights: TinyWeights;
}

export function tinyTensor(shape: readonly number[], value: (index: number) => number = () => 0): TinyTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Float32Array.from({ length }, (_, index) => value(index)) };
}

export function zeroWeights(shape: TinyShape): TinyWeights {
  return weightsBy(shape, (size) => tinyTensor(size));
}

/** Llama of random weights whose text depends on every token before. */
export function randomModel(seed: number, change: Partial<TinyShape> = {}): TinyModel {
  const vocabulary = new TalkingVocabulary(["cats", "rain", "tea", "one", "two", "three"]);
  const shape: TinyShape = {
    vocabSize: vocabulary.size,
    hiddenSize: 64,
    contextLength: 256,
    numLayers: 2,
    numHeads: 4,
    numKvHeads: 2,
    headDim: 16,
    intermediateSize: 96,
    ...change,
  };
  const random = new SeededRandom(seed);
  const weights = weightsBy(shape, (size) => {
    const [, columns] = size;
    // Vectors are norms. Matrices keep the length of what they multiply, about.
    return columns === undefined
      ? tinyTensor(size, () => 1)
      : tinyTensor(size, () => (1.5 * random.normal()) / Math.sqrt(columns));
  });
  return { shape, vocabulary, weights };
}

function weightsBy(shape: TinyShape, make: (size: readonly number[]) => TinyTensor): TinyWeights {
  const { vocabSize: V, hiddenSize: C, numHeads, numKvHeads, headDim: D, intermediateSize: F } = shape;
  const same = (tensor: TinyTensor): ByLayout => ({ interleaved: tensor, half: tensor });
  return {
    embedding: make([V, C]),
    blocks: Array.from({ length: shape.numLayers }, () => ({
      attentionNorm: make([C]),
      q: same(make([numHeads * D, C])),
      k: same(make([numKvHeads * D, C])),
      v: make([numKvHeads * D, C]),
      o: make([C, numHeads * D]),
      mlpNorm: make([C]),
      gate: make([F, C]),
      up: make([F, C]),
      down: make([C, F]),
    })),
    finalNorm: make([C]),
    head: make([V, C]),
  };
}

export interface TinyFileOptions {
  /** Null: a base model. */
  readonly chatTemplate?: string | null;
  /** False: no vocabulary in the file. */
  readonly tokenizer?: boolean;
  /** The last word on metadata; an undefined value takes an entry away. */
  readonly metadata?: Readonly<Record<string, WrittenValue | undefined>>;
  /** The last word on tensors. */
  readonly tensors?: (tensors: readonly WrittenTensor[]) => readonly WrittenTensor[];
}

/** F32 as stored. */
export function tinyGguf(model: TinyModel, options: TinyFileOptions = {}): Uint8Array {
  const { shape, weights, vocabulary } = model;
  const whole = (value: number) => ({ kind: "uint32", value }) as const;
  const real = (value: number) => ({ kind: "float32", value }) as const;
  const metadata: Record<string, WrittenValue | undefined> = {
    "general.architecture": { kind: "string", value: "llama" },
    "llama.embedding_length": whole(shape.hiddenSize),
    "llama.attention.head_count": whole(shape.numHeads),
    "llama.attention.head_count_kv": whole(shape.numKvHeads),
    "llama.attention.key_length": whole(shape.headDim),
    "llama.attention.value_length": whole(shape.headDim),
    "llama.attention.layer_norm_rms_epsilon": real(1e-6),
    "llama.rope.dimension_count": whole(shape.headDim),
    "llama.rope.freq_base": real(10_000),
    "llama.context_length": whole(shape.contextLength),
    "llama.block_count": whole(shape.numLayers),
    "llama.feed_forward_length": whole(shape.intermediateSize),
    ...(options.tokenizer === false
      ? {}
      : vocabulary.ggufMetadata(options.chatTemplate === undefined ? SPM_TEMPLATE : options.chatTemplate)),
    ...options.metadata,
  };
  const f32 = (name: string, tensor: TinyTensor): WrittenTensor => ({
    name,
    shape: tensor.shape,
    type: 0,
    data: new Uint8Array(tensor.values.buffer),
  });
  const tensors = [
    f32("token_embd.weight", weights.embedding),
    ...weights.blocks.flatMap((block, layer) => [
      f32(`blk.${layer}.attn_norm.weight`, block.attentionNorm),
      f32(`blk.${layer}.attn_q.weight`, block.q.interleaved),
      f32(`blk.${layer}.attn_k.weight`, block.k.interleaved),
      f32(`blk.${layer}.attn_v.weight`, block.v),
      f32(`blk.${layer}.attn_output.weight`, block.o),
      f32(`blk.${layer}.ffn_norm.weight`, block.mlpNorm),
      f32(`blk.${layer}.ffn_gate.weight`, block.gate),
      f32(`blk.${layer}.ffn_up.weight`, block.up),
      f32(`blk.${layer}.ffn_down.weight`, block.down),
    ]),
    f32("output_norm.weight", weights.finalNorm),
    f32("output.weight", weights.head),
  ];
  const content: GgufContent = {
    metadata: Object.fromEntries(
      Object.entries(metadata).filter((entry): entry is [string, WrittenValue] => entry[1] !== undefined),
    ),
    tensors: options.tensors?.(tensors) ?? tensors,
  };
  return writeGguf(content);
}

/** For `tensors`: matrices in q8_0, or those that `isChosen` names. Columns must be a multiple of 32. */
export function matricesInQ8(isChosen: (name: string) => boolean = () => true) {
  const GGML_Q8_0 = 8;
  return (tensors: readonly WrittenTensor[]): readonly WrittenTensor[] =>
    tensors.map((tensor) => {
      if (tensor.shape.length !== 2 || !isChosen(tensor.name)) return tensor;
      const { buffer, byteOffset, byteLength } = tensor.data;
      const values = new Float32Array(buffer, byteOffset, byteLength / 4);
      return { ...tensor, type: GGML_Q8_0, data: quantize(values, "q8_0", tensor.name) };
    });
}

export interface TinyFolderOptions {
  readonly chatTemplate?: string | null;
  readonly tokenizer?: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly without?: readonly string[];
}

/** File name -> content, F16 in model.safetensors. */
export function tinyFolder(model: TinyModel, options: TinyFolderOptions = {}): Map<string, Uint8Array> {
  const { vocabulary } = model;
  const template = options.chatTemplate === undefined ? BYTE_LEVEL_TEMPLATE : options.chatTemplate;
  const files = new Map([
    ["config.json", jsonFile({ ...tinyConfig(model.shape), ...options.config })],
    ["model.safetensors", safetensorsFile(tinyTensors(model, options.without))],
  ]);
  if (options.tokenizer !== false) {
    files.set("tokenizer.json", jsonFile(vocabulary.tokenizerJson()));
    files.set("tokenizer_config.json", jsonFile(vocabulary.tokenizerConfig(template)));
  }
  return files;
}

export function jsonFile(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** As config.json has it. */
export function tinyConfig(shape: TinyShape): Record<string, unknown> {
  return {
    model_type: "llama",
    vocab_size: shape.vocabSize,
    hidden_size: shape.hiddenSize,
    num_attention_heads: shape.numHeads,
    num_key_value_heads: shape.numKvHeads,
    head_dim: shape.headDim,
    num_hidden_layers: shape.numLayers,
    intermediate_size: shape.intermediateSize,
    max_position_embeddings: shape.contextLength,
    rms_norm_eps: 1e-6,
    rope_theta: 10_000,
    hidden_act: "silu",
    tie_word_embeddings: false,
  };
}

export function f16Tensor(tensor: TinyTensor): WrittenSafetensor {
  const data = new Uint8Array(Uint16Array.from(tensor.values, floatToHalf).buffer);
  return { dtype: "F16", shape: tensor.shape, data };
}

/** By the names that Hugging Face gives them, F16. */
export function tinyTensors(
  { weights }: TinyModel,
  without: readonly string[] = [],
): Record<string, WrittenSafetensor> {
  const tensors: Record<string, WrittenSafetensor> = {};
  const f16 = (name: string, tensor: TinyTensor) => {
    if (!without.includes(name)) tensors[name] = f16Tensor(tensor);
  };
  f16("model.embed_tokens.weight", weights.embedding);
  weights.blocks.forEach((block, layer) => {
    const at = `model.layers.${layer}`;
    f16(`${at}.input_layernorm.weight`, block.attentionNorm);
    f16(`${at}.self_attn.q_proj.weight`, block.q.half);
    f16(`${at}.self_attn.k_proj.weight`, block.k.half);
    f16(`${at}.self_attn.v_proj.weight`, block.v);
    f16(`${at}.self_attn.o_proj.weight`, block.o);
    f16(`${at}.post_attention_layernorm.weight`, block.mlpNorm);
    f16(`${at}.mlp.gate_proj.weight`, block.gate);
    f16(`${at}.mlp.up_proj.weight`, block.up);
    f16(`${at}.mlp.down_proj.weight`, block.down);
  });
  f16("model.norm.weight", weights.finalNorm);
  f16("lm_head.weight", weights.head);
  return tensors;
}
