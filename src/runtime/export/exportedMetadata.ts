/** Metadata of a GGUF file: a GGUF source's own, entry by entry, or what a Hugging Face folder says in its words. */
import type { ModelSpec, PositionSpec } from "../../shared/modelSpec";
import { entryBytes, type GgufHeader, scanHeader } from "../files/ggufHeader";
import type { JsonObject } from "../files/json";
import type { HuggingFaceModelFiles, ModelFiles } from "../files/modelFiles";
import { ropeFrequencies } from "../model/rotation";
import type { DescribedModel } from "../openModel";
import { findChatTemplate } from "../text/chatTemplate";
import { cannotExport } from "./cannotExport";
import { exportedVocabulary } from "./exportedVocabulary";
import { type EncodedEntry, encodeEntry, type MetadataValue } from "./ggufEncoding";

export interface ExportedMetadata {
  readonly entries: readonly EncodedEntry[];
  /** Tensors that the source does not have: divisors of rotary frequencies. */
  readonly extra: readonly { readonly name: string; readonly values: Float32Array }[];
  /** Whether queries and keys are written in interleaved pairs. */
  readonly isInterleaved: boolean;
}

/** Of the source as a file, or of the types it had. */
const NOT_COPIED = /^(split\.|general\.(alignment|file_type|quantization_version)$)/;

/** model_type -> general.architecture, and whether its files hold queries and keys in interleaved pairs. */
const WRITTEN: Readonly<Record<string, { readonly name: string; readonly isInterleaved: boolean }>> = {
  llama: { name: "llama", isInterleaved: true },
  mistral: { name: "llama", isInterleaved: true },
  qwen2: { name: "qwen2", isInterleaved: false },
  qwen3: { name: "qwen3", isInterleaved: false },
};

export async function exportedMetadata(
  files: ModelFiles,
  described: DescribedModel,
  signal?: AbortSignal,
): Promise<ExportedMetadata> {
  const version = encodeEntry("general.quantization_version", { kind: "uint32", value: 2 });
  if (files.kind === "gguf") {
    const header = await scanHeader(files.sources[0] as (typeof files.sources)[number], signal);
    return { entries: [...copied(header), version], extra: [], isInterleaved: false };
  }
  const { config } = files;
  const text = (config.text_config as JsonObject | undefined) ?? config;
  const type = String(text.model_type);
  const written = WRITTEN[type];
  if (written === undefined) {
    throw cannotExport(`"${type}" models in Hugging Face layout; ${Object.keys(WRITTEN).join(", ")} can be.`);
  }
  const { values, extra } = shapeMetadata(described.spec, written.name);
  const entries = Object.entries({
    "general.architecture": { kind: "string", value: written.name },
    "general.name": { kind: "string", value: files.name },
    ...values,
    ...(files.tokenizerJson === undefined ? {} : exportedVocabulary(files, described.spec.vocabSize)),
    ...templateOf(files),
  } satisfies Record<string, MetadataValue>).map(([key, value]) => encodeEntry(key, value));
  return { entries: [...entries, version], extra, isInterleaved: written.isInterleaved };
}

function copied(header: GgufHeader): EncodedEntry[] {
  return entryBytes(header).filter((_, index) => !NOT_COPIED.test(header.entries[index]?.key ?? ""));
}

function templateOf(files: HuggingFaceModelFiles): Readonly<Record<string, MetadataValue>> {
  const template = findChatTemplate({ file: files.chatTemplate, tokenizerConfig: files.tokenizerConfig });
  return template === null ? {} : { "tokenizer.chat_template": { kind: "string", value: template } };
}

interface Shape {
  readonly values: Readonly<Record<string, MetadataValue>>;
  readonly extra: ExportedMetadata["extra"];
}

function shapeMetadata(spec: ModelSpec, name: string): Shape {
  const [block] = spec.blocks;
  if (block === undefined) throw cannotExport("a model without layers.");
  const { attention, mlp, norm, position } = block;
  const isAlike = spec.blocks.every(
    ({ attention: { slidingWindow }, position: { kind } }) => slidingWindow === null && kind === position.kind,
  );
  if (!isAlike || position.kind !== "rope")
    throw cannotExport("layers with sliding windows or without rotary positions.");
  const count = (value: number): MetadataValue => ({ kind: "uint32", value });
  const real = (value: number): MetadataValue => ({ kind: "float32", value });
  const { values, extra } = ropeMetadata(position, spec.contextLength);
  const own = {
    context_length: count(spec.contextLength),
    embedding_length: count(spec.hiddenSize),
    block_count: count(spec.blocks.length),
    feed_forward_length: count(mlp.intermediateSize),
    vocab_size: count(spec.vocabSize),
    "attention.head_count": count(attention.numHeads),
    "attention.head_count_kv": count(attention.numKvHeads),
    "attention.key_length": count(attention.headDim),
    "attention.value_length": count(attention.headDim),
    "attention.layer_norm_rms_epsilon": real(norm.eps),
    ...values,
  };
  return { values: Object.fromEntries(Object.entries(own).map(([key, value]) => [`${name}.${key}`, value])), extra };
}

function ropeMetadata(position: Extract<PositionSpec, { kind: "rope" }>, contextLength: number): Shape {
  const { theta, rotaryDim, scaling } = position;
  const values: Record<string, MetadataValue> = {
    "rope.freq_base": { kind: "float32", value: theta },
    "rope.dimension_count": { kind: "uint32", value: rotaryDim },
  };
  switch (scaling.kind) {
    case "none":
      return { values, extra: [] };
    case "linear":
      values["rope.scaling.type"] = { kind: "string", value: "linear" };
      values["rope.scaling.factor"] = { kind: "float32", value: scaling.factor };
      return { values, extra: [] };
    case "llama3": {
      const { frequencies } = ropeFrequencies(position, contextLength, null);
      const divisors = Float32Array.from(frequencies, (value, i) => theta ** ((-2 * i) / rotaryDim) / value);
      return { values, extra: [{ name: "rope_freqs.weight", values: divisors }] };
    }
    default:
      throw cannotExport(`rotary positions scaled by "${scaling.kind}".`);
  }
}
