import type { GenerateRequest } from "../shared/protocol";
import { DEFAULT_SAMPLING, SAMPLING_RANGES, type Sampler } from "../shared/sampling";
import type { SliceContext } from "./appState";

export interface GenerationSettings extends Sampler {
  /** Null: drawn afresh for each answer. */
  readonly seed: number | null;
  readonly maxNewTokens: number;
  /** As typed: one per line. */
  readonly stopText: string;
  /** Whether to think aloud first, where the model leaves that to choose; null: as its template has it. */
  readonly thinks: boolean | null;
  readonly tokensInFlight: number;
  readonly atCapacity: GenerateRequest["atCapacity"];
}

export const SETTING_RANGES = {
  ...SAMPLING_RANGES,
  maxNewTokens: { min: 1, max: 131_072, step: 1 },
} as const;

export type NumericSetting = keyof typeof SETTING_RANGES;

export const TOKENS_IN_FLIGHT = [1, 2, 4, 8] as const;

export const DEFAULT_SETTINGS: GenerationSettings = {
  ...DEFAULT_SAMPLING,
  seed: null,
  maxNewTokens: 512,
  stopText: "",
  thinks: null,
  tokensInFlight: 4,
  atCapacity: "stop",
};

/** Whether chance decides: greedy, as temperature 0, takes the most probable token. */
export function drawsTokens({ greedy, temperature }: Sampler): boolean {
  return !greedy && temperature > 0;
}

/** What draws a token, of everything that can be set. */
export function samplerOf(settings: Sampler): Sampler {
  const { temperature, topK, topP, minP, repetitionPenalty, frequencyPenalty, presencePenalty, greedy } = settings;
  return { temperature, topK, topP, minP, repetitionPenalty, frequencyPenalty, presencePenalty, greedy };
}

const SAMPLER_KEYS = Object.keys(samplerOf(DEFAULT_SETTINGS)) as readonly (keyof Sampler)[];

export function isSameSampler(a: Sampler, b: Sampler): boolean {
  return SAMPLER_KEYS.every((key) => a[key] === b[key]);
}

export interface SamplingSlice {
  readonly settings: GenerationSettings;
  /** Whether the person chose what draws a token; if not, it is as the open model's files ask, or llama.cpp's. */
  readonly hasOwnSampler: boolean;
  /** Numbers are clamped into their range; one that is not a number changes nothing. */
  readonly changeSettings: (change: Partial<GenerationSettings>) => void;
  readonly resetSettings: () => void;
  /** From now on as the open model's files ask, whatever was chosen. */
  readonly followModel: () => void;
}

/** The settings once `own` is what the open model's files ask for; null: they do not say. */
export function settingsFor(
  { settings, hasOwnSampler }: Pick<SamplingSlice, "settings" | "hasOwnSampler">,
  own: Sampler | null,
): GenerationSettings {
  return hasOwnSampler ? settings : { ...settings, ...samplerOf(own ?? DEFAULT_SETTINGS) };
}

/** Into the range, and whole where steps are; null for what is not a number. */
export function clampSetting(setting: NumericSetting, value: number): number | null {
  if (!Number.isFinite(value)) return null;
  const { min, max, step } = SETTING_RANGES[setting];
  const whole = Number.isInteger(step) ? Math.round(value) : value;
  return Math.min(max, Math.max(min, whole));
}

/** One stop string per line; empty lines count for nothing; \n, \t and \\ stand for themselves in one line. */
export function parseStopStrings(text: string): string[] {
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\" };
  return text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line) => line.replace(/\\([nt\\])/g, (_, letter: string) => escapes[letter] ?? letter));
}

function isNumericSetting(key: string): key is NumericSetting {
  return key in SETTING_RANGES;
}

function sanitize(current: GenerationSettings, change: Partial<GenerationSettings>): GenerationSettings {
  const entries = Object.entries(change).flatMap(([key, value]) => {
    if (!isNumericSetting(key) || typeof value !== "number") return [[key, value]];
    const clamped = clampSetting(key, value);
    return clamped === null ? [] : [[key, clamped]];
  });
  return { ...current, ...Object.fromEntries(entries) };
}

export function createSamplingSlice({ get, set }: SliceContext): SamplingSlice {
  const follow = (settings: GenerationSettings): void => {
    const own = get().model?.report.ownSampling ?? null;
    set({ settings: settingsFor({ settings, hasOwnSampler: false }, own), hasOwnSampler: false });
  };
  return {
    settings: DEFAULT_SETTINGS,
    hasOwnSampler: false,
    changeSettings: (change) => {
      const { settings, hasOwnSampler } = get();
      const isSampler = SAMPLER_KEYS.some((key) => key in change);
      set({ settings: sanitize(settings, change), hasOwnSampler: hasOwnSampler || isSampler });
    },
    resetSettings: () => follow(DEFAULT_SETTINGS),
    followModel: () => follow(get().settings),
  };
}
