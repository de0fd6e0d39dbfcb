/** Total variation between the rows of two patterns [rows, keys], in float64. Masked weights are negative and count as 0. */
export function patternVariationReference(
  reference: ArrayLike<number>,
  level: ArrayLike<number>,
  rows: number,
  keys: number,
): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = row * keys; i < (row + 1) * keys; i++) {
      sum += Math.abs(Math.max(0, level[i] as number) - Math.max(0, reference[i] as number));
    }
    return sum / 2;
  });
}
