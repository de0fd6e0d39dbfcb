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

/** Means over the text; null: nothing to take a mean over. */
export type HeadFigures = Readonly<Record<Figure, number | null>>;

const STRIDE = OVERVIEW_CELLS + FIGURES.length;

/**
 * Of every head of a layer. @param state [rowCount, H, STRIDE] sums, as `AttentionOverview` has them
 * @param length tokens covered @param inductionRows rows whose token occurred before
 */
export function figuresOf(state: Float32Array, rowCount: number, length: number, inductionRows: number): HeadFigures[] {
  const heads = rowCount === 0 ? 0 : state.length / rowCount / STRIDE;
  return Array.from({ length: heads }, (_, head) => {
    const mean = (index: number, rows: number): number | null => {
      if (rows < 1) return null;
      let sum = 0;
      for (let row = 0; row < rowCount; row++) {
        sum += state[(row * heads + head) * STRIDE + OVERVIEW_CELLS + index] as number;
      }
      return sum / rows;
    };
    const entries = FIGURES.map((name, index) => [
      name,
      mean(index, name === "induction" ? inductionRows : length - 1),
    ]);
    return Object.fromEntries(entries) as HeadFigures;
  });
}

/** How a weight becomes a colour's strength. */
export const WEIGHT_SCALES = ["linear", "sqrt", "log"] as const;
export type WeightScale = (typeof WEIGHT_SCALES)[number];

/** Where the induction figure of a row looks; null: its token did not occur before. The token itself does not count. */
export function inductionTarget(latest: ReadonlyMap<unknown, number>, token: unknown, row: number): number | null {
  const before = latest.get(token);
  return before === undefined || before + 1 >= row ? null : before + 1;
}
