/**
 * LoRA adapters (Hu et al. 2021) as PEFT saves them: adapter_config.json says rank and scale, adapter_model.safetensors
 * has A [r, in] and B [out, r] of each module, and W + scale B A takes the place of W.
 */
import { VitrineError } from "../../shared/errors";
import { LORA_FILES } from "../../shared/library";
import { baseName } from "../files/baseName";
import { type ByteSource, readSmall } from "../files/byteSource";
import { type JsonObject, parseJson } from "../files/json";
import { readSafetensors, type SourcedTensor } from "../files/safetensors";

export interface LoraModule {
  /** "model.layers.0.self_attn.q_proj" */
  readonly name: string;
  /** [r, in] */
  readonly a: SourcedTensor;
  /** [out, r] */
  readonly b: SourcedTensor;
}

export interface LoraAdapter {
  /** Of its folder, or of the files. */
  readonly name: string;
  /** lora_alpha / r, or lora_alpha / sqrt(r) (rank-stabilized, Kalajdzievski 2023). */
  readonly scale: number;
  /** W lies [in, out] in its file. */
  readonly fanInFanOut: boolean;
  readonly modules: readonly LoraModule[];
}

const [CONFIG, WEIGHTS] = LORA_FILES;
const MAX_CONFIG_BYTES = 2 ** 20;
const PREFIX = "base_model.model.";
const LORA_TENSOR = /^(.*)\.lora_([AB])\.weight$/;
/** What changes more than W + scale B A, where it is there at all. */
const REFUSED = [
  "use_dora",
  "lora_bias",
  "use_qalora",
  "modules_to_save",
  "rank_pattern",
  "alpha_pattern",
  "layer_replication",
  "trainable_token_indices",
  "target_parameters",
  "megatron_config",
  "alora_invocation_tokens",
  "arrow_config",
] as const;
/** These begin from other weights than the base model's. */
const CHANGES_BASE = /^(pissa|olora|loftq|corda)/;

/** @throws InvalidFileError for what is missing or damaged, UnsupportedModelError naming what is not merged */
export async function readLora(sources: readonly ByteSource[], signal?: AbortSignal): Promise<LoraAdapter> {
  const [config, weights] = [CONFIG, WEIGHTS].map((wanted) => sources.find(({ name }) => baseName(name) === wanted));
  if (config === undefined) throw invalid(`${CONFIG} is missing beside ${sources[0]?.name ?? WEIGHTS}.`);
  if (weights === undefined) throw invalid(`${WEIGHTS} is missing beside ${config.name}.`);
  const options = parseJson(config.name, await readSmall(config, MAX_CONFIG_BYTES, signal));
  refuseOthers(config.name, options);
  const r = positive(config.name, options, "r");
  const alpha = positive(config.name, options, "lora_alpha");
  const modules = pairs(weights.name, await readSafetensors([weights], signal), r);
  checkTargets(config.name, options.target_modules, modules);
  return {
    name: config.name.split("/").at(-2) ?? "adapter",
    scale: options.use_rslora === true ? alpha / Math.sqrt(r) : alpha / r,
    fanInFanOut: options.fan_in_fan_out === true,
    modules,
  };
}

function refuseOthers(name: string, options: JsonObject): void {
  const refuse = (option: string, value: unknown): never => {
    const words = JSON.stringify(value) ?? "nothing";
    throw new VitrineError(
      "UnsupportedModelError",
      `${name} has ${option} ${words}, which is not supported; LoRA of plain matrices is.`,
    );
  };
  if (options.peft_type !== "LORA") refuse("peft_type", options.peft_type);
  if ((options.bias ?? "none") !== "none") refuse("bias", options.bias);
  for (const option of REFUSED) if (isSet(options[option])) refuse(option, options[option]);
  const start = options.init_lora_weights;
  if (typeof start === "string" && CHANGES_BASE.test(start)) refuse("init_lora_weights", start);
}

/** PEFT writes options that are off as null, false, or empty. */
function isSet(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false;
}

function positive(name: string, options: JsonObject, option: string): number {
  const value = options[option];
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw invalid(`${name} has ${option} ${JSON.stringify(value) ?? "nothing"}; a number above 0 was expected.`);
}

function pairs(name: string, tensors: ReadonlyMap<string, SourcedTensor>, r: number): LoraModule[] {
  const found = new Map<string, Partial<Record<"a" | "b", SourcedTensor>>>();
  for (const tensor of tensors.values()) {
    const [, module, side] = LORA_TENSOR.exec(tensor.name) ?? [];
    if (module === undefined) {
      throw new VitrineError(
        "UnsupportedModelError",
        `${name} has the tensor "${tensor.name}", which is not supported.`,
      );
    }
    const bare = module.startsWith(PREFIX) ? module.slice(PREFIX.length) : module;
    const rank = tensor.shape[side === "A" ? 0 : 1];
    if (tensor.shape.length !== 2 || rank !== r) {
      throw mismatch(`Tensor "${tensor.name}" has shape [${tensor.shape}], which is no matrix of rank ${r}.`);
    }
    found.set(bare, { ...found.get(bare), [side === "A" ? "a" : "b"]: tensor });
  }
  return [...found].map(([module, { a, b }]) => {
    if (a === undefined || b === undefined) {
      throw invalid(`${name} has no lora_${a === undefined ? "A" : "B"} for "${module}".`);
    }
    return { name: module, a, b };
  });
}

/** A list names modules by how they end; a pattern is taken at its word. */
function checkTargets(name: string, targets: unknown, modules: readonly LoraModule[]): void {
  if (modules.length === 0) throw invalid(`${name} comes with no matrices.`);
  if (!Array.isArray(targets)) return;
  for (const target of targets as readonly unknown[]) {
    if (modules.some((module) => module.name === target || module.name.endsWith(`.${target}`))) continue;
    throw invalid(`${name} targets "${target}", for which there is no matrix. The adapter is not whole; get it again.`);
  }
}

function invalid(message: string): VitrineError {
  return new VitrineError("InvalidFileError", message);
}

function mismatch(message: string): VitrineError {
  return new VitrineError("TensorMismatchError", message);
}
