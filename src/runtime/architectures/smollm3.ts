/** SmolLM3: Llama in which every fourth layer has no positions (arXiv 2501.18795). */
import type { Architecture } from "./architecture";
import { type LlamaTraits, llamaFromGguf, llamaFromHuggingFace } from "./llamaFamily";
import { qwenWindow } from "./qwenWindow";

const TRAITS: LlamaTraits = {
  family: "SmolLM3",
  ggufLayout: "interleaved",
  slidingWindow: qwenWindow,
  rotates: (config, layer) => {
    // GGUF metadata does not carry the list; its runtime rotates all but every fourth layer.
    const listed = config.array("no_rope_layers");
    if (listed !== null) return listed[layer] === 1;
    return (layer + 1) % config.number("no_rope_layer_interval", 4) !== 0;
  },
  biases: (config) => {
    const attention = config.boolean("attention_bias", false);
    return { qkv: attention, o: attention, mlp: config.boolean("mlp_bias", false) };
  },
};

export const smollm3: Architecture = {
  family: TRAITS.family,
  ggufNames: ["smollm3"],
  modelTypes: ["smollm3"],
  fromGguf: (metadata, has) => llamaFromGguf(TRAITS, metadata, has),
  fromHuggingFace: (config, has) => llamaFromHuggingFace(TRAITS, config, has),
};
