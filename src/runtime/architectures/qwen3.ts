/** Qwen3: rms norm on q and k of each head instead of biases. */
import type { Architecture } from "./architecture";
import { type LlamaTraits, llamaFromGguf, llamaFromHuggingFace } from "./llamaFamily";
import { qwenWindow } from "./qwenWindow";

const TRAITS: LlamaTraits = {
  family: "Qwen3",
  qkNorm: true,
  ggufLayout: "half",
  slidingWindow: qwenWindow,
  biases: (config) => {
    const attention = config.boolean("attention_bias", false);
    return { qkv: attention, o: attention, mlp: false };
  },
};

export const qwen3: Architecture = {
  family: TRAITS.family,
  ggufNames: ["qwen3"],
  modelTypes: ["qwen3"],
  fromGguf: (metadata, has) => llamaFromGguf(TRAITS, metadata, has),
  fromHuggingFace: (config, has) => llamaFromHuggingFace(TRAITS, config, has),
};
