/** Weights of a row of scores in float64; NaN: masked, and stays so. */
export function softmaxRow(scores: Float32Array): Float32Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > highest) highest = score;
  let sum = 0;
  for (const score of scores) if (!Number.isNaN(score)) sum += Math.exp(score - highest);
  return Float32Array.from(scores, (score) => Math.exp(score - highest) / sum);
}
