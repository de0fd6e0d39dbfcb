/** Qwen2 and Qwen2.5: biases on q, k and v. */
import type { Architecture } from "./architecture";
import { type LlamaTraits, llamaFromGguf, llamaFromHuggingFace } from "./llamaFamily";
import { qwenWindow } from "./qwenWindow";

const TRAITS: LlamaTraits = {
  family: "Qwen2",
  ggufLayout: "half",
  slidingWindow: qwenWindow,
  biases: () => ({ qkv: true, o: false, mlp: false }),
};

export const qwen2: Architecture = {
  family: TRAITS.family,
  ggufNames: ["qwen2"],
  modelTypes: ["qwen2"],
  fromGguf: (metadata, has) => llamaFromGguf(TRAITS, metadata, has),
  fromHuggingFace: (config, has) => llamaFromHuggingFace(TRAITS, config, has),
};
