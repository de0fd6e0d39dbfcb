/**
 * Attention rollout in float64, as it is written in the paper (Abnar and Zuidema 2020, arXiv 2005.00928): with A_l the
 * mean of a layer's patterns over its heads, R = prod_l (A_l + I) / 2, the last layer leftmost.
 * @param patterns [layer][head][row][key], keys behind the mask left out or 0 @returns [T][T]
 */
export function attentionRolloutReference(
  patterns: readonly (readonly (readonly ArrayLike<number>[])[])[],
): Float64Array[] {
  const length = patterns[0]?.[0]?.length ?? 0;
  let product = Array.from({ length }, (_, row) => Float64Array.from({ length }, (_, key) => (row === key ? 1 : 0)));
  for (const heads of patterns) {
    const below = product;
    product = Array.from({ length }, (_, row) => {
      const sum = Float64Array.from(below[row] as Float64Array, (value) => value / 2);
      for (let via = 0; via <= row; via++) {
        const mean = heads.reduce((total, head) => total + (head[row]?.[via] ?? 0), 0) / heads.length;
        for (let key = 0; key < length; key++) {
          sum[key] = (sum[key] as number) + (mean / 2) * (below[via]?.[key] as number);
        }
      }
      return sum;
    });
  }
  return product;
}
