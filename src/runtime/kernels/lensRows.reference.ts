/** One row of logits [V] in float64: the most likely token (the lower id on a tie), and ln of two probabilities. */
export function lensRowReference(
  logits: ArrayLike<number>,
  followed: number,
): { id: number; lnTop: number; lnFollowed: number } {
  let id = 0;
  for (let v = 1; v < logits.length; v++) if ((logits[v] as number) > (logits[id] as number)) id = v;
  const highest = logits[id] as number;
  let sum = 0;
  for (let v = 0; v < logits.length; v++) sum += Math.exp((logits[v] as number) - highest);
  return { id, lnTop: -Math.log(sum), lnFollowed: (logits[followed] as number) - highest - Math.log(sum) };
}
