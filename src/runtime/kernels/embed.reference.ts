/** hidden[t] = table[token t] + positions[position + t], [T, C]. */
export function embedReference(
  table: ArrayLike<number>,
  columns: number,
  tokens: readonly number[],
  position: number,
  positions: ArrayLike<number> | null,
): Float64Array {
  const hidden = new Float64Array(tokens.length * columns);
  for (const [t, token] of tokens.entries()) {
    for (let c = 0; c < columns; c++) {
      const learned = positions === null ? 0 : (positions[(position + t) * columns + c] as number);
      hidden[t * columns + c] = (table[token * columns + c] as number) + learned;
    }
  }
  return hidden;
}
