/** Names and one line each: what a setting does, in the order of the sampler's stages. */
import type { NumericSetting } from "../../store/samplingSlice";

export interface SettingText {
  readonly setting: Exclude<NumericSetting, "seed">;
  readonly label: string;
  readonly hint: string;
  /** Where the slider ends when the range is longer than a slider can resolve. */
  readonly sliderMax?: number;
}

export const DRAW_SETTINGS: readonly SettingText[] = [
  { setting: "temperature", label: "Temperature", hint: "Lower is steadier, higher is more surprising.", sliderMax: 2 },
  { setting: "topK", label: "Top-k", hint: "Keeps the k likeliest tokens; 0: all.", sliderMax: 200 },
  { setting: "topP", label: "Top-p", hint: "Keeps the likeliest up to this share; 1: all." },
  { setting: "minP", label: "Min-p", hint: "Drops what is below this share of the likeliest." },
];

export const PENALTY_SETTINGS: readonly SettingText[] = [
  {
    setting: "repetitionPenalty",
    label: "Repetition penalty",
    hint: "Weakens the last 64 tokens; 1 is off.",
    sliderMax: 2,
  },
  { setting: "frequencyPenalty", label: "Frequency penalty", hint: "Subtracted for every recent use; 0 is off." },
  { setting: "presencePenalty", label: "Presence penalty", hint: "Subtracted once if used recently; 0 is off." },
];

export const LENGTH_SETTING: SettingText = {
  setting: "maxNewTokens",
  label: "Max new tokens",
  hint: "An answer ends here at the latest.",
  sliderMax: 2048,
};
