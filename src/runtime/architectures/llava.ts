/** LLaVA: an image tower, a projector, and any language model we know (arXiv 2304.08485, 2310.03744). */
import { VitrineError } from "../../shared/errors";
import type { ModelTensors, TensorRef } from "../../shared/modelSpec";
import type { Architecture, HasTensor, ModelDescription } from "./architecture";
import { llama } from "./llama";
import { mistral } from "./mistral";
import { qwen2 } from "./qwen2";
import { qwen3 } from "./qwen3";
import { visionFromLlava } from "./visionTower";

const TEXT_MODELS: readonly Architecture[] = [llama, mistral, qwen2, qwen3];

export const llava: Architecture = {
  family: "LLaVA",
  ggufNames: [],
  modelTypes: ["llava"],

  fromGguf() {
    throw new VitrineError("UnsupportedModelError", "LLaVA in GGUF is two files, which is not supported yet.");
  },

  fromHuggingFace(config, has) {
    const text = config.requiredObject("text_config");
    const type = text.string("model_type", "llama");
    const architecture = TEXT_MODELS.find((candidate) => candidate.modelTypes.includes(type));
    if (architecture === undefined) {
      throw text.unsupported("model_type", type, `; supported: ${TEXT_MODELS.flatMap((m) => m.modelTypes).join(", ")}`);
    }
    const stored = textNames(has);
    const described = architecture.fromHuggingFace(text, (name) => has(stored(name)));
    const tied = text.boolean("tie_word_embeddings", config.boolean("tie_word_embeddings", false));
    const { head, ...tensors } = renamed(described.tensors, stored);
    const { spec, tensors: vision } = visionFromLlava(config, described.spec.hiddenSize, has);
    return {
      spec: { ...described.spec, family: `LLaVA (${spec.family}, ${described.spec.family})`, vision: spec },
      tensors: { ...tensors, vision, ...(head === undefined || tied ? {} : { head }) },
    } satisfies ModelDescription;
  },
};

/** Where the language model's tensors are: old files put them below "language_model.", new ones below "model.". */
function textNames(has: HasTensor): (name: string) => string {
  if (has("model.language_model.embed_tokens.weight")) {
    return (name) => name.replace(/^model\./, "model.language_model.");
  }
  return (name) => `language_model.${name}`;
}

/** The same tensors under other names, at any depth. */
function renamed(tensors: ModelTensors, stored: (name: string) => string): ModelTensors {
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== "object" || value === null) return value;
    if ("name" in value) return { ...value, name: stored((value as TensorRef).name) };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rename(inner)]));
  };
  return rename(tensors) as ModelTensors;
}
