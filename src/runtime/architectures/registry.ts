/** Every family that runs. A new one is a file beside this and a line here. */
import { VitrineError } from "../../shared/errors";
import type { Architecture, HasTensor, ModelDescription } from "./architecture";
import { ConfigReader } from "./configReader";
import { type ShapeOf, visionFromGguf } from "./ggufVision";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";
import { llava } from "./llava";
import { mistral } from "./mistral";
import { qwen2 } from "./qwen2";
import { qwen3 } from "./qwen3";
import { smollm3 } from "./smollm3";

export const ARCHITECTURES: readonly Architecture[] = [llama, mistral, qwen2, qwen3, smollm3, gpt2, llava];

/**
 * @param vocabSize rows of the embedding: GGUF files need not say
 * @throws UnsupportedModelError naming the architecture or the option
 */
export function describeGguf(
  metadata: Readonly<Record<string, unknown>>,
  vocabSize: number,
  has: HasTensor,
): ModelDescription {
  const name = new ConfigReader(metadata, "the GGUF metadata").string("general.architecture");
  const architecture = ARCHITECTURES.find((candidate) => candidate.ggufNames.includes(name));
  if (architecture === undefined)
    throw unknown(
      name,
      ARCHITECTURES.flatMap((known) => known.ggufNames),
    );
  const values = { ...metadata, [`${name}.vocab_size`]: vocabSize };
  return architecture.fromGguf(new ConfigReader(values, "the GGUF metadata", `${name}.`), has);
}

/** A language model in GGUF that is given eyes by a second file. @throws UnsupportedModelError naming the option */
export function withGgufVision(
  { spec, tensors }: ModelDescription,
  metadata: Readonly<Record<string, unknown>>,
  shapeOf: ShapeOf,
): ModelDescription {
  const config = new ConfigReader(metadata, "the image file's GGUF metadata", "clip.");
  const vision = visionFromGguf(config, spec.hiddenSize, shapeOf);
  return {
    spec: { ...spec, family: `LLaVA (${vision.spec.family}, ${spec.family})`, vision: vision.spec },
    tensors: { ...tensors, vision: vision.tensors },
  };
}

/** @throws UnsupportedModelError naming the architecture or the option */
export function describeHuggingFace(config: Readonly<Record<string, unknown>>, has: HasTensor): ModelDescription {
  const reader = new ConfigReader(config, "config.json");
  const name = reader.string("model_type");
  const architecture = ARCHITECTURES.find((candidate) => candidate.modelTypes.includes(name));
  if (architecture === undefined)
    throw unknown(
      name,
      ARCHITECTURES.flatMap((known) => known.modelTypes),
    );
  return architecture.fromHuggingFace(reader, has);
}

function unknown(name: string, known: readonly string[]): VitrineError {
  return new VitrineError(
    "UnsupportedModelError",
    `Architecture "${name}" is not supported; supported are ${known.join(", ")}.`,
  );
}
