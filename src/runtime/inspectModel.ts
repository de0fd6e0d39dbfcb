/** What a model needs, before any of its weights is read. */
import { bytesToCome } from "../shared/fit";
import type { LevelNeeds, ModelInspection } from "../shared/library";
import { type FormatId, gpuRowBytes, QUANT_FORMATS } from "../shared/quant";
import { LEVEL_CHOICES, type LevelChoice, splitChoice } from "../shared/recipes";
import type { ModelFiles } from "./files/modelFiles";
import type { SourcedTensor } from "./files/safetensors";
import { numElements } from "./files/tensorInfo";
import { type KeptTensor, keptTensors } from "./library/keptLayout";
import type { ModelLibrary } from "./library/modelLibrary";
import type { RemoteModel } from "./library/remoteModel";
import { choiceFor, describeModel } from "./openModel";

/**
 * @param also a choice of the person's own, beside those that come with the page
 * @throws any error of opening a model's files; InvalidSettingError where `also` names what the model does not have
 */
export async function inspectModel(
  remote: RemoteModel,
  files: ModelFiles,
  library: ModelLibrary,
  also: LevelChoice = "stored",
): Promise<ModelInspection> {
  const described = describeModel(files);
  const { spec, tensors } = described;
  const present = await presentBytes(remote, library);
  const sourceBytes = files.sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const fileOf = (tensor: SourcedTensor) => files.sources.indexOf(tensor.source);
  const levels = [...new Set([...LEVEL_CHOICES, also])].map((choice): LevelNeeds => {
    const applied = choiceFor(described, choice);
    const { level, recipe } = splitChoice(applied);
    const kept = keptTensors(files.tensors.values(), fileOf, tensors, level, recipe);
    const keptBytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const there = present.get(applied) ?? 0;
    const weightBytes = kept.reduce((sum, tensor) => sum + gpuBytes(tensor), 0);
    const looked = spec.head.tied ? 0 : gpuBytes(kept.find(({ name }) => name === tensors.embedding.name) ?? null);
    const downloadBytes = bytesToCome(sourceBytes, there, keptBytes);
    return {
      ...{ level: choice, downloadBytes, keptBytes, presentBytes: there, weightBytes },
      bytesPerToken: weightBytes - looked,
    };
  });
  return {
    name: remote.name ?? files.name,
    link: remote.link,
    licence: remote.licence,
    version: remote.revision,
    spec,
    parameters: countParameters(files),
    storedFormats: storedFormats(files),
    sourceBytes,
    levels,
  };
}

async function presentBytes(remote: RemoteModel, library: ModelLibrary): Promise<ReadonlyMap<LevelChoice, number>> {
  const kept = await library.list().catch(() => []);
  const same = kept.filter(({ link, version }) => link === remote.link && (remote.revision ?? version) === version);
  return new Map(same.map(({ level, keptBytes }) => [level, keptBytes]));
}

/** Matrices in padded rows of their format; vectors become f32. */
function gpuBytes(tensor: KeptTensor | null): number {
  if (tensor === null) return 0;
  const format = QUANT_FORMATS[tensor.type.toLowerCase() as FormatId];
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || format === undefined) return numElements(tensor.shape) * 4;
  return rows * gpuRowBytes(format, columns);
}

/** Elements of all tensors. */
export function countParameters(files: ModelFiles): number {
  return [...files.tensors.values()].reduce((sum, { shape }) => sum + numElements(shape), 0);
}

function storedFormats(files: ModelFiles): ModelInspection["storedFormats"] {
  const bytes: Partial<Record<FormatId, number>> = {};
  for (const { type, shape, sizeBytes } of files.tensors.values()) {
    const id = type.toLowerCase() as FormatId;
    if (shape.length === 2 && id in QUANT_FORMATS) bytes[id] = (bytes[id] ?? 0) + sizeBytes;
  }
  return bytes;
}
