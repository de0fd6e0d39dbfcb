/** The numbers of the drawer in the order of the sampler's stages. */
import type { NumericSetting } from "../../store/samplingSlice";

export interface SettingField {
  readonly setting: Exclude<NumericSetting, "seed">;
  /** Where the slider ends when the range is longer than a slider can resolve. */
  readonly sliderMax?: number;
}

export const DRAW_SETTINGS: readonly SettingField[] = [
  { setting: "temperature", sliderMax: 2 },
  { setting: "topK", sliderMax: 200 },
  { setting: "topP" },
  { setting: "minP" },
];

export const PENALTY_SETTINGS: readonly SettingField[] = [
  { setting: "repetitionPenalty", sliderMax: 2 },
  { setting: "frequencyPenalty" },
  { setting: "presencePenalty" },
];

export const LENGTH_SETTING: SettingField = { setting: "maxNewTokens", sliderMax: 2048 };
