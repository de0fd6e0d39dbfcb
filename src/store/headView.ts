/** One head (or the mean of several) at one token: what it looks at, and who looks at it. */
import type { HeadId, TileRequest } from "../shared/inspection";
import type { RuntimeApi, SessionHandle } from "../shared/protocol";

export interface HeadView {
  readonly heads: readonly HeadId[];
  /** Of the token, from the text's beginning. */
  readonly position: number;
  /** Tokens of the text then. */
  readonly length: number;
  /** [position + 1] weights of the token's row; NaN: masked. */
  readonly looksAt: Float32Array;
  /** [length - position] weights that this token and those behind it give to it; NaN: masked. */
  readonly lookedAtBy: Float32Array;
}

export async function readHeadView(
  runtime: RuntimeApi,
  session: SessionHandle,
  heads: readonly HeadId[],
  position: number,
  length: number,
): Promise<HeadView> {
  const one = { start: position, step: 1, count: 1 };
  const read = async (rows: TileRequest["rows"], keys: TileRequest["keys"]): Promise<Float32Array> =>
    (await runtime.readTile(session, { heads, rows, keys, values: "pattern" })).cells;
  const [looksAt, lookedAtBy] = await Promise.all([
    read(one, { start: 0, step: 1, count: position + 1 }),
    read({ start: position, step: 1, count: length - position }, one),
  ]);
  return { heads, position, length, looksAt, lookedAtBy };
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
