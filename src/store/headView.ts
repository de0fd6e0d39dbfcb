/** One head (or the mean of several) at one token (or a word, or a sentence): what it looks at, and who looks at it. */
import type { HeadId, TileRequest } from "../shared/inspection";
import type { RuntimeApi, SessionHandle } from "../shared/protocol";

export interface HeadView {
  readonly heads: readonly HeadId[];
  /** Of the token, from the text's beginning. */
  readonly position: number;
  /** Tokens of the text then. */
  readonly length: number;
  /** The tokens that are seen as one: `position` is among them. */
  readonly start: number;
  readonly count: number;
  /** [start + count] weights of the token's row, or the mean of several; NaN: masked. */
  readonly looksAt: Float32Array;
  /** [length - start] weights that those from `start` on give to it, or to several together; NaN: masked. */
  readonly lookedAtBy: Float32Array;
}

export async function readHeadView(
  runtime: RuntimeApi,
  session: SessionHandle,
  heads: readonly HeadId[],
  position: number,
  length: number,
  { start, count }: Pick<HeadView, "start" | "count"> = { start: position, count: 1 },
): Promise<HeadView> {
  const one = { start, step: count, count: 1 };
  const read = async (rows: TileRequest["rows"], keys: TileRequest["keys"]): Promise<Float32Array> =>
    (await runtime.readTile(session, { heads, rows, keys, values: "pattern" })).cells;
  const [looksAt, lookedAtBy] = await Promise.all([
    read(one, { start: 0, step: 1, count: start + count }),
    read({ start, step: 1, count: length - start }, one),
  ]);
  return { heads, position, length, start, count, looksAt, lookedAtBy };
}

export interface RankedToken {
  readonly position: number;
  readonly weight: number;
}

/** The largest first, the earlier token first on a tie. @param from position of the first weight */
export function topTokens(weights: Float32Array, from: number, count: number): RankedToken[] {
  return Array.from(weights, (weight, i) => ({ position: from + i, weight }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.position - b.position)
    .slice(0, count);
}
