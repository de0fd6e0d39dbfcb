/** Attention over the patches of pictures: the scale that they share, and the patches that everything looks at. */

/** The strongest colour stands for at least this: a token that hardly looks at the pictures leaves them unlit. */
const LEAST_MOST = 0.001;
/** A patch that later tokens look at this many times as much as at the mean one is marked. */
const SINK_FACTOR = 5;

/** Of one token, patch by patch; masked ones count as nothing. */
export function patchWeights(looksAt: Float32Array, start: number, patches: number): Float32Array {
  return looksAt.slice(start, start + patches).map((weight) => (Number.isNaN(weight) ? 0 : weight));
}

/** What has the strongest colour on every picture: colours of two pictures mean the same. */
export function sharedMost(pictures: readonly Float32Array[]): number {
  return pictures.reduce((most, weights) => Math.max(most, ...weights), LEAST_MOST);
}

/** @param weights by patch, the mean over all tokens behind the picture; NaN counts as nothing */
export function sinkPatches(weights: Float32Array): number[] {
  const mean = weights.reduce((sum, weight) => sum + (weight || 0), 0) / weights.length;
  return [...weights.keys()].filter((patch) => (weights[patch] ?? 0) > SINK_FACTOR * mean);
}
