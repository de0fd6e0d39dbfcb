/** Sampler settings outside their ranges are refused, not clamped in silence. */
import { VitrineError } from "../../shared/errors";
import { SAMPLING_RANGES, type SamplingSettings } from "../../shared/sampling";

/** @throws InvalidSettingError naming setting, value and range */
export function checkSettings(settings: SamplingSettings): void {
  for (const [name, range] of Object.entries(SAMPLING_RANGES)) {
    const value = settings[name as keyof typeof SAMPLING_RANGES];
    const whole = range.step === 1;
    if (!Number.isFinite(value) || value < range.min || value > range.max || (whole && !Number.isInteger(value))) {
      throw new VitrineError(
        "InvalidSettingError",
        `${name} is ${value}; it must be ${whole ? "a whole number" : "a number"} from ${range.min} to ${range.max}.`,
      );
    }
  }
}
