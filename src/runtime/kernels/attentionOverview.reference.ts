/** Squares and figures of one head in float64, from whole rows of its pattern. */
import { FIGURES, OVERVIEW_CELLS } from "../../shared/attentionMap";
import type { PatternReference } from "./attention.reference";

/**
 * [cells, cells + figures] sums over rows: weight by cells of keys, then the figures.
 * @param rows by position @param targets key of the induction figure by row, null where there is none
 */
export function attentionOverviewReference(
  rows: readonly PatternReference[],
  targets: readonly (number | null)[],
  tokensPerCell: number,
): Float64Array {
  const stride = OVERVIEW_CELLS + FIGURES.length;
  const state = new Float64Array(OVERVIEW_CELLS * stride);
  for (const [row, { first, weights }] of rows.entries()) {
    const at = Math.floor(row / tokensPerCell) * stride;
    const add = (index: number, value: number): void => {
      state[at + index] = (state[at + index] as number) + value;
    };
    for (const [i, weight] of weights.entries()) add(Math.floor((first + i) / tokensPerCell), weight);
    if (row === 0) continue;
    const target = targets[row] ?? null;
    const on = (key: number): number => weights[key - first] ?? 0;
    const entropy = weights.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
    const distance = weights.reduce((sum, p, i) => sum + p * (row - first - i), 0);
    const figures = [on(0), on(row - 1), on(row), target === null ? 0 : on(target), entropy, distance];
    for (const [i, value] of figures.entries()) add(OVERVIEW_CELLS + i, value);
  }
  return state;
}
