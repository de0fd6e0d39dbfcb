import { readFields, readFlag } from "./reading";
import {
  clampSetting,
  DEFAULT_SETTINGS,
  type GenerationSettings,
  SETTING_RANGES,
  TOKENS_IN_FLIGHT,
} from "./samplingSlice";

/** Settings out of data that may be anything: what is missing or out of range is the default or the nearest bound. */
export function readSettings(value: unknown, where: string): GenerationSettings {
  const fields = readFields(value, where);
  const numbers = Object.keys(SETTING_RANGES).flatMap((key) => {
    const setting = key as keyof typeof SETTING_RANGES;
    const given = fields[setting];
    const clamped = typeof given === "number" ? clampSetting(setting, given) : null;
    return clamped === null ? [] : [[setting, clamped] as const];
  });
  return {
    ...DEFAULT_SETTINGS,
    ...Object.fromEntries(numbers),
    greedy: fields.greedy === undefined ? DEFAULT_SETTINGS.greedy : readFlag(fields.greedy, `${where}.greedy`),
    stopText: typeof fields.stopText === "string" ? fields.stopText : DEFAULT_SETTINGS.stopText,
    tokensInFlight:
      TOKENS_IN_FLIGHT.find((count) => count === fields.tokensInFlight) ?? DEFAULT_SETTINGS.tokensInFlight,
    thinks: typeof fields.thinks === "boolean" ? fields.thinks : DEFAULT_SETTINGS.thinks,
    atCapacity: fields.atCapacity === "drop-oldest" ? "drop-oldest" : "stop",
  };
}
