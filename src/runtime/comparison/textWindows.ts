/** A text cut into windows that are read from an empty cache, as llama-perplexity cuts it. */
import { VitrineError } from "../../shared/errors";

export interface WindowPlan {
  /** Tokens of a window. */
  readonly window: number;
  /** Rows before it are read but not scored. Row j is scored on the token at j + 1. */
  readonly firstScored: number;
}

export interface TextWindow {
  readonly ids: readonly number[];
  /** Place in the text of the token at window index 0. */
  readonly start: number;
}

const DEFAULT_WINDOW = 512;

/**
 * @param count tokens of the text
 * @throws InvalidSettingError for what leaves nothing to score
 */
export function planWindows(
  count: number,
  contextLength: number,
  asked: { readonly window: number | null; readonly firstScored: number | null },
): WindowPlan {
  const window = asked.window ?? Math.min(DEFAULT_WINDOW, contextLength, count);
  const firstScored = asked.firstScored ?? Math.floor(window / 2);
  const isWhole = Number.isInteger(window) && Number.isInteger(firstScored) && firstScored >= 0;
  if (!isWhole || window > contextLength) {
    throw new VitrineError(
      "InvalidSettingError",
      `A window of ${window} tokens, scored from ${firstScored}: this model reads at most ${contextLength}.`,
    );
  }
  if (window - 1 <= firstScored) {
    throw new VitrineError("InvalidSettingError", "The text is too short: no token is left to score.");
  }
  return { window, firstScored };
}

/**
 * The last window may be shorter; it is left out where nothing in it would be scored.
 * @param bosId takes the place of each window's first token, which nothing scores; null: windows stay as the text is
 */
export function textWindows(ids: readonly number[], bosId: number | null, plan: WindowPlan): TextWindow[] {
  const windows: TextWindow[] = [];
  for (let at = 0; at < ids.length; at += plan.window) {
    const window = ids.slice(at, at + plan.window);
    if (bosId !== null) window[0] = bosId;
    if (window.length - 1 > plan.firstScored) windows.push({ ids: window, start: at });
  }
  return windows;
}

/** Tokens that these windows score. */
export function scoredCount(windows: readonly TextWindow[], { firstScored }: WindowPlan): number {
  return windows.reduce((sum, window) => sum + window.ids.length - 1 - firstScored, 0);
}
