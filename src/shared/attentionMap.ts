/** Every head's attention in brief: a square of cells and six figures. What both threads know of its layout. */

/** Cells along a side: T tokens fill ceil(T / tokensPerCell) of them. */
export const OVERVIEW_CELLS = 32;

/**
 * Means over the rows of the text, the first row left out (it can only look at itself). `first`, `previous`, `self`:
 * weight on the first token, the one before, the row's own. `induction`: weight on the token behind the latest earlier
 * occurrence of the row's token, over rows that have one (arXiv 2209.11895). `entropy` in bits, `distance` in tokens.
 */
export const FIGURES = ["first", "previous", "self", "induction", "entropy", "distance"] as const;
export type Figure = (typeof FIGURES)[number];

/** How a weight becomes a colour's strength. */
export const WEIGHT_SCALES = ["linear", "sqrt", "log"] as const;
export type WeightScale = (typeof WEIGHT_SCALES)[number];

/** Where the induction figure of a row looks; null: its token did not occur before. The token itself does not count. */
export function inductionTarget(latest: ReadonlyMap<unknown, number>, token: unknown, row: number): number | null {
  const before = latest.get(token);
  return before === undefined || before + 1 >= row ? null : before + 1;
}
