/**
 * Rotary positions (arXiv 2104.09864): the two dimensions of pair i turn by position * frequency i:
 *   (a, b) -> (a cos - b sin, a sin + b cos).
 * Pairs are (2i, 2i + 1) when interleaved, (i, i + R / 2) in halves; dimensions from R on stay as they are. Where the
 * model norms queries and keys, that comes first.
 */
import type { NormSpec } from "../../shared/modelSpec";
import { normReference } from "./norm.reference";

export interface RopeReference {
  readonly rotaryDim: number;
  readonly layout: "interleaved" | "half";
  /** Angle per position of each pair, [R / 2]. */
  readonly frequencies: ArrayLike<number>;
  /** Factor on cos and sin: 1 but for YaRN. */
  readonly magnitude: number;
}

/** One head of one token, [D], in the model's own order of dimensions. */
export function ropeReference(head: ArrayLike<number>, position: number, rope: RopeReference): Float64Array {
  const out = Float64Array.from(head);
  for (let i = 0; i < rope.rotaryDim / 2; i++) {
    const [first, second] = pairDimensions(i, rope);
    const angle = position * (rope.frequencies[i] as number);
    const cos = Math.cos(angle) * rope.magnitude;
    const sin = Math.sin(angle) * rope.magnitude;
    const a = head[first] as number;
    const b = head[second] as number;
    out[first] = a * cos - b * sin;
    out[second] = a * sin + b * cos;
  }
  return out;
}

function pairDimensions(pair: number, { rotaryDim, layout }: RopeReference): [number, number] {
  return layout === "interleaved" ? [2 * pair, 2 * pair + 1] : [pair, pair + rotaryDim / 2];
}

/** Model dimension that lies at each place of a stored query or key: pair after pair, then the rest. */
export function storedOrder(headDim: number, rope: RopeReference | null): number[] {
  const rotaryDim = rope?.rotaryDim ?? 0;
  const order: number[] = [];
  if (rope !== null) for (let i = 0; i < rotaryDim / 2; i++) order.push(...pairDimensions(i, rope));
  for (let d = rotaryDim; d < headDim; d++) order.push(d);
  return order;
}

/** A query or key head as attention takes it: normed where the model does, then rotated. */
export function queryOrKeyReference(
  head: ArrayLike<number>,
  position: number,
  norm: { spec: NormSpec; weight: ArrayLike<number> } | null,
  rope: RopeReference | null,
): Float64Array {
  const normed = norm === null ? Float64Array.from(head) : normReference(norm.spec, head, norm.weight, null);
  return rope === null ? normed : ropeReference(normed, position, rope);
}
