/** Small models with random weights, as the files people open and as plain numbers. */
import type { ModelSpec, ModelTensors } from "../../shared/modelSpec";
import { describeHuggingFace } from "../architectures/registry";
import { type ByteSource, memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { quantize } from "../model/quantize/quantize";
import { type OpenedModel, type OpenModelOptions, openModel } from "../openModel";
import { SeededRandom } from "./random";
import { safetensorsFile, type WrittenSafetensor } from "./safetensorsWriter";

export interface SyntheticModel {
  readonly config: Readonly<Record<string, unknown>>;
  readonly spec: ModelSpec;
  readonly tensors: ModelTensors;
  /** Values by tensor name, as they lie in the file. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
  /** config.json and model.safetensors. */
  readonly files: readonly ByteSource[];
}

/** A Llama of 2 layers with 4 heads on 2 key-value heads; `config` changes or adds options. */
export function syntheticLlama(config: Readonly<Record<string, unknown>> = {}, damage?: Damage): SyntheticModel {
  const shape = {
    model_type: "llama",
    vocab_size: 97,
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 96,
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
  };
  return syntheticModel({ ...shape, ...config }, damage);
}

/** A GPT-2 of 2 layers, whose widths do not fill blocks of 32. */
export function syntheticGpt2(config: Readonly<Record<string, unknown>> = {}): SyntheticModel {
  return syntheticModel({
    model_type: "gpt2",
    vocab_size: 91,
    n_embd: 40,
    n_layer: 2,
    n_head: 5,
    n_positions: 256,
    layer_norm_epsilon: 1e-5,
    ...config,
  });
}

/** Puts something into a tensor before it is written. */
export type Damage = (name: string, values: Float32Array) => void;

export function syntheticModel(config: Readonly<Record<string, unknown>>, damage: Damage = () => {}): SyntheticModel {
  const untied = config.tie_word_embeddings === false;
  const { spec, tensors } = describeHuggingFace(config, (name) => untied || name !== "lm_head.weight");
  const random = new SeededRandom(20);
  const shapes = tensorShapes(spec, tensors);
  const arrays = new Map<string, Float32Array>();
  const written: Record<string, WrittenSafetensor> = {};
  for (const [name, { shape, kind }] of shapes) {
    const length = shape.reduce((product, size) => product * size, 1);
    // Weights that keep the size of what passes through them, norms about 1.
    const inputs = Math.min(...shape);
    const values =
      kind === "norm"
        ? random.normals(length, 0.2, 1)
        : random.normals(length, kind === "bias" ? 0.2 : 1 / Math.sqrt(inputs));
    damage(name, values);
    arrays.set(name, values);
    written[name] = { dtype: "F32", shape, data: quantize(values, "f32", name) };
  }
  const json = new TextEncoder().encode(JSON.stringify(config));
  const files = [memorySource(json, "config.json"), memorySource(safetensorsFile(written), "model.safetensors")];
  return { config, spec, tensors, arrays, files };
}

interface TensorShape {
  readonly shape: readonly number[];
  readonly kind: "matrix" | "norm" | "bias";
}

function tensorShapes(spec: ModelSpec, tensors: ModelTensors): Map<string, TensorShape> {
  const shapes = new Map<string, TensorShape>();
  const C = spec.hiddenSize;
  type Refs = NonNullable<ModelTensors["head"]>;
  const matrix = ({ weight, bias }: Refs, rows: number, columns: number): void => {
    // Parts of one tensor: its rows end where the last part ends.
    const all = Math.max(
      weight.rows?.[1] ?? rows,
      shapes.get(weight.name)?.shape[weight.transposed === true ? 1 : 0] ?? 0,
    );
    const shape = weight.transposed === true ? [columns, all] : [all, columns];
    shapes.set(weight.name, { shape, kind: "matrix" });
    if (bias !== undefined) shapes.set(bias.name, { shape: [all], kind: "bias" });
  };
  const norm = ({ weight, bias }: Refs, length: number): void => {
    shapes.set(weight.name, { shape: [length], kind: "norm" });
    if (bias !== undefined) shapes.set(bias.name, { shape: [length], kind: "bias" });
  };
  matrix({ weight: tensors.embedding }, spec.vocabSize, C);
  if (tensors.positions !== undefined) matrix({ weight: tensors.positions }, spec.contextLength, C);
  for (const [index, block] of spec.blocks.entries()) {
    const refs = tensors.blocks[index] as ModelTensors["blocks"][number];
    const { numHeads: H, numKvHeads: K, headDim: D } = block.attention;
    const F = block.mlp.intermediateSize;
    norm(refs.attentionNorm, C);
    matrix(refs.qProj, H * D, C);
    matrix(refs.kProj, K * D, C);
    matrix(refs.vProj, K * D, C);
    if (refs.qNorm !== undefined) norm(refs.qNorm, D);
    if (refs.kNorm !== undefined) norm(refs.kNorm, D);
    matrix(refs.oProj, C, H * D);
    norm(refs.mlpNorm, C);
    if (refs.gateProj !== undefined) matrix(refs.gateProj, F, C);
    matrix(refs.upProj, F, C);
    matrix(refs.downProj, C, F);
  }
  norm(tensors.finalNorm, C);
  if (tensors.head !== undefined) matrix(tensors.head, spec.vocabSize, C);
  return shapes;
}

/** Through the real reader of files and the real loader. */
export async function openSynthetic(
  gpu: Gpu,
  model: SyntheticModel,
  options: Partial<OpenModelOptions> = {},
): Promise<OpenedModel> {
  return openModel(gpu, await openModelFiles(model.files), { level: "stored", variant: "auto", ...options });
}
