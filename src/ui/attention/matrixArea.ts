/** The part of a pattern that is looked at: a square of tokens by tokens. */
import type { TileAxis } from "../../shared/inspection";

export interface MatrixArea {
  /** First token of the rows, and of the columns. */
  readonly row: number;
  readonly key: number;
  /** Tokens along a side. */
  readonly size: number;
}

/** Cells along a side at most: what a picture can show. */
export const MOST_CELLS = 256;
const LEAST_SIZE = 4;

export function wholeArea(length: number): MatrixArea {
  return { row: 0, key: 0, size: Math.max(1, length) };
}

/** @param factor below 1: closer; the middle stays */
export function zoomArea(area: MatrixArea, factor: number, length: number): MatrixArea {
  const size = Math.round(Math.min(length, Math.max(Math.min(LEAST_SIZE, length), area.size * factor)));
  const middle = (area.size - size) / 2;
  return moveArea({ ...area, size }, middle, middle, length);
}

export function moveArea(area: MatrixArea, rows: number, keys: number, length: number): MatrixArea {
  const inside = (start: number): number => Math.round(Math.min(length - area.size, Math.max(0, start)));
  return { ...area, row: inside(area.row + rows), key: inside(area.key + keys) };
}

/** As many cells as there are tokens, or as can be shown. */
export function tileAxis(start: number, size: number, length: number): TileAxis {
  const step = Math.max(1, Math.ceil(size / MOST_CELLS));
  const tokens = Math.max(1, Math.min(size, length - start));
  return { start, step, count: Math.ceil(tokens / step) };
}
