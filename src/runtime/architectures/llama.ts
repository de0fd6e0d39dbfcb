/** Llama 1 to 3, SmolLM and SmolLM2, TinyLlama, and everything else that calls itself llama. */
import type { Architecture } from "./architecture";
import { type LlamaTraits, llamaFromGguf, llamaFromHuggingFace } from "./llamaFamily";

const TRAITS: LlamaTraits = {
  family: "Llama",
  ggufLayout: "interleaved",
  // Mistral's GGUF files call themselves llama. In config.json such windows belong to other families.
  slidingWindow: (config) => config.numberOrNull("attention.sliding_window"),
  biases: (config) => {
    const attention = config.boolean("attention_bias", false);
    return { qkv: attention, o: attention, mlp: config.boolean("mlp_bias", false) };
  },
};

export const llama: Architecture = {
  family: TRAITS.family,
  ggufNames: ["llama"],
  modelTypes: ["llama"],
  fromGguf: (metadata, has) => llamaFromGguf(TRAITS, metadata, has),
  fromHuggingFace: (config, has) => {
    config.mustBe("sliding_window", []);
    const windowed = config.array("layer_types")?.find((type) => type !== "full_attention");
    if (windowed !== undefined) throw config.unsupported("layer_types", windowed, "");
    return llamaFromHuggingFace(TRAITS, config, has);
  },
};
