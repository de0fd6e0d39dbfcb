/** Which Qwen layers see a sliding window: named in `layer_types`, or all from `max_window_layers` on. */
import type { ConfigReader } from "./configReader";

export function qwenWindow(config: ConfigReader, layer: number): number | null {
  // GGUF metadata has none of these keys, and its converter drops the window.
  const window = config.boolean("use_sliding_window", false) ? config.numberOrNull("sliding_window") : null;
  if (window === null) return null;
  const types = config.array("layer_types");
  if (types !== null) return types[layer] === "sliding_attention" ? window : null;
  return layer >= config.number("max_window_layers", 28) ? window : null;
}
