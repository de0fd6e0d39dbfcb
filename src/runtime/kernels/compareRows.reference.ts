/** Float64, by the definitions. */
export interface ComparedRow {
  readonly nllReference: number;
  readonly nllLevel: number;
  /** sum P (ln P - ln Q) */
  readonly kld: number;
  readonly topProbability: number;
  /** Most likely first, the lower id on a tie. */
  readonly topReference: readonly number[];
  readonly topLevel: readonly number[];
}

export function lnSoftmax(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const highest = values.reduce((a, b) => Math.max(a, b));
  const total = values.reduce((sum, value) => sum + Math.exp(value - highest), 0);
  return values.map((value) => value - highest - Math.log(total));
}

function mostLikely(lnP: Float64Array, logits: ArrayLike<number>, count: number): number[] {
  const ids = Array.from(lnP.keys());
  ids.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  return ids.slice(0, count);
}

export function compareRowReference(
  reference: ArrayLike<number>,
  level: ArrayLike<number>,
  next: number,
  top: number,
): ComparedRow {
  const lnP = lnSoftmax(reference);
  const lnQ = lnSoftmax(level);
  const topReference = mostLikely(lnP, reference, top);
  return {
    nllReference: -(lnP[next] as number),
    nllLevel: -(lnQ[next] as number),
    kld: lnP.reduce((sum, p, v) => sum + Math.exp(p) * (p - (lnQ[v] as number)), 0),
    topProbability: Math.exp(lnP[topReference[0] as number] as number),
    topReference,
    topLevel: mostLikely(lnQ, level, top),
  };
}
