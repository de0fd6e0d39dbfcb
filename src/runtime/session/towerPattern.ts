/** A row of a tower's pattern, in float64. */
import type { AttentionSpec } from "../../shared/modelSpec";
import type { TowerAttention } from "../model/visionTower";

/** [rows] what a row gives to each: every row sees all of them. */
export function towerPattern(
  { queries, keys }: Pick<TowerAttention, "queries" | "keys">,
  { numHeads, numKvHeads, headDim, scale }: AttentionSpec,
  head: number,
  row: number,
): Float64Array {
  const rows = queries.length / (numHeads * headDim);
  const kv = Math.floor(head / (numHeads / numKvHeads));
  const scores = Float64Array.from({ length: rows }, (_, key) => {
    let score = 0;
    for (let d = 0; d < headDim; d++) {
      const query = queries[(row * numHeads + head) * headDim + d] as number;
      score += query * (keys[(kv * rows + key) * headDim + d] as number);
    }
    return score * scale;
  });
  const highest = scores.reduce((most, score) => Math.max(most, score));
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((total, power) => total + power);
  return powers.map((power) => power / sum);
}
