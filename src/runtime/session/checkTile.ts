/** What may be asked of a watched text: heads that the model has, rows and keys among its tokens. */
import { VitrineError } from "../../shared/errors";
import type { HeadId, TileAxis, TileRequest } from "../../shared/inspection";
import { MOST_EDGES } from "../kernels/attentionTile";

/** Cells of one rectangle. */
export const MAX_TILE_CELLS = 2 ** 18;

export interface WatchedText {
  /** Heads of each layer. */
  readonly heads: readonly number[];
  /** Tokens that the cache and the sums hold. */
  readonly length: number;
}

/** @throws InvalidSettingError */
export function checkTile(text: WatchedText, { heads, rows, keys, values }: TileRequest): void {
  if (heads.length === 0) refuse("No head was chosen.");
  for (const head of heads) checkHead(text, head);
  checkAxis(text, "rows", rows);
  checkAxis(text, "keys", keys);
  if (rows.count * keys.count > MAX_TILE_CELLS) {
    refuse(`${rows.count} x ${keys.count} cells are more than ${MAX_TILE_CELLS}; use larger steps.`);
  }
  const isFine = [rows, keys].every(({ step, edges }) => step === 1 && edges === undefined);
  if (values === "scores" && (heads.length > 1 || !isFine)) {
    refuse("Scores are those of one head and of single tokens.");
  }
}

/** @throws InvalidSettingError */
export function checkHead({ heads }: WatchedText, { layer, head }: HeadId): void {
  if (Number.isInteger(head) && head >= 0 && head < (heads[layer] ?? 0)) return;
  refuse(`Layer ${layer} head ${head} is not in this model.`);
}

/** @throws InvalidSettingError */
export function checkToken(text: WatchedText, name: string, position: number): void {
  checkAxis(text, name, { start: position, step: 1, count: 1 });
}

function checkAxis({ length }: WatchedText, name: string, { start, step, count, edges }: TileAxis): void {
  if (edges !== undefined) {
    checkEdges(length, name, edges, count);
    return;
  }
  const isWhole = [start, step, count].every((value) => Number.isInteger(value) && value >= 0);
  if (isWhole && step > 0 && count > 0 && start + (count - 1) * step < length) return;
  refuse(`The ${name} ${start} + ${count} x ${step} are not among the ${length} cached tokens.`);
}

function checkEdges(length: number, name: string, edges: readonly number[], count: number): void {
  const isRising = edges.every((edge, i) => Number.isInteger(edge) && edge > (edges[i - 1] ?? -1) && edge <= length);
  if (isRising && count > 0 && edges.length === count + 1 && edges.length <= MOST_EDGES) return;
  refuse(`The ${name} need ${count + 1} rising edges, at most ${MOST_EDGES}, among the ${length} cached tokens.`);
}

function refuse(message: string): never {
  throw new VitrineError("InvalidSettingError", message);
}
