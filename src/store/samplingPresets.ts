/** Sampler settings that belong together. What a preset does not name (seed, length, stop strings) stays as it is. */
import type { Sampler } from "../shared/sampling";
import { isSameSampler } from "./samplingSlice";

export const SAMPLING_PRESETS = ["precise", "balanced", "creative", "greedy", "llamaCpp"] as const;
export type SamplingPreset = (typeof SAMPLING_PRESETS)[number];

const NO_PENALTIES = { repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 } as const;

export const PRESET_SETTINGS: { readonly [P in SamplingPreset]: Sampler } = {
  precise: { temperature: 0.2, topK: 20, topP: 0.9, minP: 0.1, ...NO_PENALTIES, greedy: false },
  balanced: { temperature: 0.7, topK: 40, topP: 0.9, minP: 0.05, ...NO_PENALTIES, greedy: false },
  creative: { temperature: 1.1, topK: 0, topP: 1, minP: 0.02, ...NO_PENALTIES, greedy: false },
  greedy: { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, ...NO_PENALTIES, greedy: true },
  // llama.cpp's own: 0.8, 40, 0.95, 0.05, penalties off.
  llamaCpp: { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, ...NO_PENALTIES, greedy: false },
};

/** The preset that these settings are, if any. */
export function presetOf(settings: Sampler): SamplingPreset | null {
  return SAMPLING_PRESETS.find((preset) => isSameSampler(PRESET_SETTINGS[preset], settings)) ?? null;
}
