/** Sampler settings: one description for the worker, the kernels and the drawer that shows them. */

export interface SamplingSettings {
  /** Divides the logits of the survivors; 0 behaves as greedy. */
  readonly temperature: number;
  /** Keep the k most likely tokens; 0 keeps all. */
  readonly topK: number;
  /** Keep the smallest set whose mass reaches p, after top-k; 1 keeps all. */
  readonly topP: number;
  /** Drop tokens less likely than this share of the most likely one; 0 keeps all. */
  readonly minP: number;
  /** Divides positive and multiplies negative logits of recent tokens; 1 is off. */
  readonly repetitionPenalty: number;
  /** Subtracted once per recent occurrence. */
  readonly frequencyPenalty: number;
  /** Subtracted once if the token occurred recently. */
  readonly presencePenalty: number;
  /** Take the most likely token after penalties, the lowest id on a tie. */
  readonly greedy: boolean;
  /** Unsigned 32-bit. */
  readonly seed: number;
}

/** What draws a token from its scores. */
export type Sampler = Omit<SamplingSettings, "seed">;

/** Penalties look at this many tokens back, the prompt included. */
export const PENALTY_WINDOW = 64;

export const DEFAULT_SAMPLER: Sampler = {
  temperature: 0.8,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  greedy: false,
};

export const DEFAULT_SAMPLING: SamplingSettings = { ...DEFAULT_SAMPLER, seed: 0 };

/** Bounds the UI offers and the session enforces. */
export const SAMPLING_RANGES = {
  temperature: { min: 0, max: 5, step: 0.05 },
  topK: { min: 0, max: 1000, step: 1 },
  topP: { min: 0, max: 1, step: 0.01 },
  minP: { min: 0, max: 1, step: 0.01 },
  repetitionPenalty: { min: 0.1, max: 3, step: 0.01 },
  frequencyPenalty: { min: -2, max: 2, step: 0.05 },
  presencePenalty: { min: -2, max: 2, step: 0.05 },
  seed: { min: 0, max: 0xffffffff, step: 1 },
} as const;
