/** Mistral: Llama with an optional sliding window in every layer. Its GGUF files say "llama". */
import type { Architecture } from "./architecture";
import { type LlamaTraits, llamaFromGguf, llamaFromHuggingFace } from "./llamaFamily";

const TRAITS: LlamaTraits = {
  family: "Mistral",
  ggufLayout: "interleaved",
  slidingWindow: (config) => config.numberOrNull("sliding_window"),
};

export const mistral: Architecture = {
  family: TRAITS.family,
  ggufNames: [],
  modelTypes: ["mistral"],
  fromGguf: (metadata, has) => llamaFromGguf(TRAITS, metadata, has),
  fromHuggingFace: (config, has) => llamaFromHuggingFace(TRAITS, config, has),
};
