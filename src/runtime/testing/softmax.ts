/** Probabilities of a row of logits, in float64. */
export function softmax(row: ArrayLike<number>): number[] {
  const highest = Math.max(...Array.from(row));
  const powers = Array.from(row, (logit) => Math.exp(logit - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
