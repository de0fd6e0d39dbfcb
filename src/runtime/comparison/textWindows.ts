/** A text cut into windows that are read from an empty cache, each with the beginning-of-text token first. */
import { VitrineError } from "../../shared/errors";

export interface WindowPlan {
  /** Tokens of a window, the beginning-of-text token included. */
  readonly window: number;
  /** Rows before it are read but not scored. Row j is scored on the token at j + 1. */
  readonly firstScored: number;
}

export interface TextWindow {
  readonly ids: readonly number[];
  /** Place in the text of the token at window index 0; -1 where that is the beginning-of-text token. */
  readonly start: number;
}

const DEFAULT_WINDOW = 512;

/**
 * @param count tokens of the text @param hasBos whether windows begin with the beginning-of-text token
 * @throws InvalidSettingError for what leaves nothing to score
 */
export function planWindows(
  count: number,
  hasBos: boolean,
  contextLength: number,
  asked: { readonly window: number | null; readonly firstScored: number | null },
): WindowPlan {
  const window = asked.window ?? Math.min(DEFAULT_WINDOW, contextLength, count + (hasBos ? 1 : 0));
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

/** The last window may be shorter; it is left out where nothing in it would be scored. */
export function textWindows(ids: readonly number[], bosId: number | null, plan: WindowPlan): TextWindow[] {
  const lead = bosId === null ? [] : [bosId];
  const step = plan.window - lead.length;
  const windows: TextWindow[] = [];
  for (let at = 0; at < ids.length; at += step) {
    const window = [...lead, ...ids.slice(at, at + step)];
    if (window.length - 1 > plan.firstScored) windows.push({ ids: window, start: at - lead.length });
  }
  return windows;
}

/** Tokens that these windows score. */
export function scoredCount(windows: readonly TextWindow[], { firstScored }: WindowPlan): number {
  return windows.reduce((sum, window) => sum + window.ids.length - 1 - firstScored, 0);
}
