/** What is derived from an answer's statistics, in one place for the panel and the line under the answer. */
import type { EndReason, GenerationStats } from "../../shared/protocol";
import { perSecond } from "../../shared/units";

export const END_REASONS: { readonly [R in EndReason]: string } = {
  "end-of-text": "finished by itself",
  "max-tokens": "reached max new tokens",
  "stop-string": "met a stop string",
  stopped: "stopped by you",
  capacity: "the cache is full",
};

/** The first token comes out of prefill, so decoding made one less. */
export function decodeRate({ generatedTokens, decodeMs }: GenerationStats): number | null {
  return perSecond(generatedTokens - 1, decodeMs);
}

/** Tokens that were in the cache already cost nothing and do not count. */
export function prefillRate({ promptTokens, cachedTokens, prefillMs }: GenerationStats): number | null {
  return perSecond(promptTokens - cachedTokens, prefillMs);
}
