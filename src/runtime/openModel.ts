/** From files or an address to a model that can compute, with its tokenizer and chat template if it brought them. */
import type { ModelSpec, ModelTensors } from "../shared/modelSpec";
import type { KernelVariant } from "../shared/protocol";
import type { Level } from "../shared/quant";
import { joinChoice, type LevelChoice, type Recipe, splitChoice } from "../shared/recipes";
import type { Sampler } from "../shared/sampling";
import { describeGguf, describeHuggingFace, withGgufVision } from "./architectures/registry";
import { throwIfCancelled } from "./files/byteSource";
import type { ModelFiles } from "./files/modelFiles";
import { ownSampling } from "./files/ownSampling";
import type { Gpu } from "./gpu/device";
import { appliedChoice } from "./model/appliedChoice";
import type { ConvertRows } from "./model/convertRows";
import { Model } from "./model/model";
import type { TensorEntry, TensorSource } from "./model/tensorSource";
import { ImageEncoder } from "./session/imageEncoder";
import { findChatTemplate } from "./text/chatTemplate";
import { fromGgufVocabulary } from "./text/ggufTokenizer";
import type { Tokenizer } from "./text/tokenizer";
import { fromTokenizerJson } from "./text/tokenizerJson";
import type { ProcessorConfig } from "./vision/imageProcessor";

export interface OpenModelOptions {
  readonly level: Level;
  /** Which tensors get another level than the rest; absent: none. */
  readonly recipe?: Recipe | "";
  readonly variant: KernelVariant;
  /** Bytes of tensors read so far, of all. */
  readonly onBytes?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
  /** Converts what the level changes; absent: on this thread. */
  readonly convert?: ConvertRows;
}

export interface OpenedModel {
  readonly name: string;
  /** What its weights are at: "stored" where the files were quantized already, whatever was asked for. */
  readonly choice: LevelChoice;
  readonly model: Model;
  /** What its files say: tensors by name, no weights. */
  readonly described: DescribedModel;
  /** Null: the model runs by ids only. */
  readonly tokenizer: Tokenizer | null;
  readonly chatTemplate: string | null;
  /** Null: the model does not see. */
  readonly images: ImageEncoder | null;
  /** Null: the files do not say how to sample. */
  readonly ownSampling: Sampler | null;
}

export interface DescribedModel {
  readonly spec: ModelSpec;
  readonly tensors: ModelTensors;
  readonly source: TensorSource;
}

/** @throws any load error of shared/errors.ts; nothing stays on the GPU then */
export async function openModel(gpu: Gpu, files: ModelFiles, options: OpenModelOptions): Promise<OpenedModel> {
  const described = describeModel(files);
  const applied = choiceFor(described, joinChoice(options.level, options.recipe ?? ""));
  return openDescribed(gpu, files, described, { ...options, ...splitChoice(applied) });
}

/** A choice as far as files in full precision can follow it. @throws UnsupportedModelError */
export function choiceFor({ tensors, source }: DescribedModel, asked: LevelChoice): LevelChoice {
  return appliedChoice(asked, tensors, (name) => source.get(name));
}

/** The same for files of which some tensors may have been converted by that very choice. */
export async function openAtChoice(gpu: Gpu, files: ModelFiles, options: OpenModelOptions): Promise<OpenedModel> {
  return openDescribed(gpu, files, describeModel(files), options);
}

async function openDescribed(
  gpu: Gpu,
  files: ModelFiles,
  described: DescribedModel,
  options: OpenModelOptions,
): Promise<OpenedModel> {
  const { spec, tensors, source } = described;
  // Text first: a broken vocabulary is found before gigabytes are uploaded.
  const tokenizer = tokenizerOf(files);
  const chatTemplate = tokenizer === null ? null : templateOf(files);
  const totalBytes = [...source.values()].reduce((sum, { info }) => sum + info.sizeBytes, 0);
  let doneBytes = 0;
  const model = await Model.load(gpu, {
    spec,
    tensors,
    source,
    level: options.level,
    recipe: options.recipe,
    variant: options.variant,
    signal: options.signal,
    convert: options.convert,
    onBytes: (bytes) => {
      doneBytes += bytes;
      options.onBytes?.(Math.min(doneBytes, totalBytes), totalBytes);
    },
  });
  try {
    // Cancelled while the last bytes were on their way: nothing was left to read that would have noticed.
    throwIfCancelled(options.signal, files.name);
    const images = ImageEncoder.from(model, processorConfigOf(files));
    const choice = joinChoice(options.level, options.recipe ?? "");
    const text = { tokenizer, chatTemplate, ownSampling: ownSampling(files) };
    return { name: files.name, choice, model, described, images, ...text };
  } catch (error) {
    model.destroy();
    throw error;
  }
}

/** What the files say they are, before any weight is read. @throws UnsupportedModelError, InvalidFileError */
export function describeModel(files: ModelFiles): DescribedModel {
  const entries = [...files.tensors.values()].map((info): [string, TensorEntry] => [
    info.name,
    { info, source: info.source },
  ]);
  const source = new Map(entries);
  const has = (name: string) => source.has(name);
  if (files.kind === "huggingface") return { ...describeHuggingFace(files.config, has), source };
  const vocabSize = source.get("token_embd.weight")?.info.shape[0] ?? 0;
  const described = describeGguf(files.file.metadata, vocabSize, has);
  const { vision } = files;
  if (vision === undefined) return { ...described, source };
  const tower = vision.file.tensors;
  for (const info of tower.values()) {
    if (!source.has(info.name)) source.set(info.name, { info, source: vision.source });
  }
  return { ...withGgufVision(described, vision.file.metadata, (name) => tower.get(name)?.shape), source };
}

/** Sizes and filter are the family's. */
function processorConfigOf(files: ModelFiles): ProcessorConfig | undefined {
  if (files.kind === "huggingface") return files.preprocessorConfig;
  const metadata = files.vision?.file.metadata;
  return metadata && { image_mean: metadata["clip.vision.image_mean"], image_std: metadata["clip.vision.image_std"] };
}

function tokenizerOf(files: ModelFiles): Tokenizer | null {
  if (files.kind === "gguf") return fromGgufVocabulary(files.file);
  if (files.tokenizerJson === undefined) return null;
  return fromTokenizerJson(files.tokenizerJson, files.tokenizerConfig, files.generationConfig);
}

function templateOf(files: ModelFiles): string | null {
  return files.kind === "gguf"
    ? findChatTemplate({ ggufMetadata: files.file.metadata })
    : findChatTemplate({ file: files.chatTemplate, tokenizerConfig: files.tokenizerConfig });
}
