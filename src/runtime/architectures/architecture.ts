/** What a family file provides, and the readers that keep it data: config.json or GGUF metadata in, spec out. */
import type { LinearRefs, ModelSpec, ModelTensors } from "../../shared/modelSpec";
import type { ConfigReader } from "./configReader";

export interface ModelDescription {
  readonly spec: ModelSpec;
  readonly tensors: ModelTensors;
}

/** Whether the file holds a tensor of that name. */
export type HasTensor = (name: string) => boolean;

/** `<name>.weight`, and `<name>.bias` where the file has it. */
export function linearRefs(has: HasTensor, name: string): LinearRefs {
  const bias = `${name}.bias`;
  return { weight: { name: `${name}.weight` }, ...(has(bias) ? { bias: { name: bias } } : {}) };
}

export interface Architecture {
  readonly family: string;
  /** `general.architecture` of GGUF files. */
  readonly ggufNames: readonly string[];
  /** `model_type` of config.json. */
  readonly modelTypes: readonly string[];
  fromGguf(metadata: ConfigReader, has: HasTensor): ModelDescription;
  fromHuggingFace(config: ConfigReader, has: HasTensor): ModelDescription;
}
