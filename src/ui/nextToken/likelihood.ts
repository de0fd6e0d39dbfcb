/** Steps in which a token's probability is drawn: the lower, the thicker the line under it. */
export function likelihood(probability: number | null): 0 | 1 | 2 | 3 | 4 | null {
  if (probability === null || !Number.isFinite(probability)) return null;
  if (probability >= 0.95) return 4;
  if (probability >= 0.6) return 3;
  if (probability >= 0.25) return 2;
  return probability >= 0.05 ? 1 : 0;
}
