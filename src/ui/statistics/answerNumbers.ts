/** What is derived from an answer's statistics, in one place for the panel and the line under the answer. */
import type { GenerationStats } from "../../shared/protocol";
import { perSecond } from "../../shared/units";

/** The first token comes out of prefill, so decoding made one less. */
export function decodeRate({ generatedTokens, decodeMs }: GenerationStats): number | null {
  return perSecond(generatedTokens - 1, decodeMs);
}

/** Tokens that were in the cache already cost nothing and do not count. */
export function prefillRate({ promptTokens, cachedTokens, prefillMs }: GenerationStats): number | null {
  return perSecond(promptTokens - cachedTokens, prefillMs);
}
