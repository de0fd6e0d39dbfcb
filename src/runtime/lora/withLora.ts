/** A model's files with an adapter merged into their weights while they are read. */
import { VitrineError } from "../../shared/errors";
import type { ByteSource } from "../files/byteSource";
import type { ModelFiles } from "../files/modelFiles";
import type { SourcedTensor } from "../files/safetensors";
import { formatOf, isFullPrecision } from "../model/readRows";
import { type LoraAdapter, type LoraModule, readLora } from "./loraAdapter";
import { HeldFactors, mergedSource } from "./mergedSource";

/** @throws UnsupportedModelError, TensorMismatchError naming module and shapes, InvalidFileError */
export async function withLora(
  files: ModelFiles,
  adapter: readonly ByteSource[],
  signal?: AbortSignal,
): Promise<ModelFiles> {
  const lora = await readLora(adapter, signal);
  if (files.kind === "gguf") {
    throw new VitrineError(
      "UnsupportedModelError",
      `${files.name} is a GGUF file; adapters are merged into safetensors in Hugging Face layout. Open the model in that form.`,
    );
  }
  const tensors = new Map(files.tensors);
  const held = new HeldFactors();
  for (const module of lora.modules) {
    const base = baseOf(files, module);
    checkShapes(base, module, lora);
    tensors.set(base.name, { ...base, start: 0, source: mergedSource(base, module, lora, held) });
  }
  return { ...files, name: `${files.name} + ${lora.name}`, tensors };
}

/** Checkpoints leave out the outermost module, or do not. */
function baseOf({ tensors, name }: ModelFiles, module: LoraModule): SourcedTensor {
  const bare = module.name.replace(/^(model|transformer)\./, "");
  const names = [module.name, bare, `model.${module.name}`, `transformer.${module.name}`];
  for (const candidate of names) {
    const found = tensors.get(`${candidate}.weight`);
    if (found !== undefined) return found;
  }
  throw new VitrineError(
    "TensorMismatchError",
    `The adapter changes "${module.name}", which ${name} does not have: it belongs to another model.`,
  );
}

function checkShapes(base: SourcedTensor, { name, a, b }: LoraModule, { fanInFanOut }: LoraAdapter): void {
  if (!isFullPrecision(formatOf({ info: base, source: base.source }).id)) {
    throw new VitrineError(
      "UnsupportedModelError",
      `Tensor "${base.name}" is quantized already; adapters are merged into full precision.`,
    );
  }
  const wanted = fanInFanOut ? [a.shape[1], b.shape[0]] : [b.shape[0], a.shape[1]];
  if (base.shape.length === 2 && base.shape[0] === wanted[0] && base.shape[1] === wanted[1]) return;
  throw new VitrineError(
    "TensorMismatchError",
    `The adapter's B A for "${name}" has shape [${wanted}], the model's tensor [${base.shape}]: it belongs to another model.`,
  );
}
