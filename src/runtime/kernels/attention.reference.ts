/**
 * softmax(q K^T scale) V (arXiv 1706.03762), causal, within the sliding window, one kv head for H / K query heads
 * (arXiv 2305.13245).
 */
export interface AttentionReference {
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly scale: number;
  readonly slidingWindow: number | null;
  /** Tokens before row 0. */
  readonly position: number;
  readonly rows: number;
  /** Distance in tokens from one kv head to the next in keys and values. */
  readonly capacity: number;
  /** [T, H, D] */
  readonly queries: ArrayLike<number>;
  /** [K, capacity, D] */
  readonly keys: ArrayLike<number>;
  /** [K, capacity, D] */
  readonly values: ArrayLike<number>;
  /** [H] */
  readonly headScales: ArrayLike<number>;
}

/** [T, H, D] */
export function attentionReference(request: AttentionReference): Float64Array {
  const { numHeads: H, headDim: D, rows: T } = request;
  const out = new Float64Array(T * H * D);
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < H; h++) out.set(mixedHead(request, t, h), (t * H + h) * D);
  }
  return out;
}

export interface PatternReference {
  /** First key that row t sees; the last is its own. */
  readonly first: number;
  readonly scores: readonly number[];
  /** Sums to 1. */
  readonly weights: readonly number[];
}

/** One row of one head: what each key gets. */
export function patternReference(
  request: Omit<AttentionReference, "values" | "headScales">,
  t: number,
  h: number,
): PatternReference {
  const { numHeads: H, numKvHeads: K, headDim: D, capacity, queries, keys } = request;
  const kv = Math.floor(h / (H / K));
  const last = request.position + t;
  const first = request.slidingWindow === null ? 0 : Math.max(0, last - request.slidingWindow + 1);
  const scores: number[] = [];
  for (let s = first; s <= last; s++) {
    let score = 0;
    for (let d = 0; d < D; d++) {
      score += (queries[(t * H + h) * D + d] as number) * (keys[(kv * capacity + s) * D + d] as number);
    }
    scores.push(score * request.scale);
  }
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return { first, scores, weights: powers.map((power) => power / total) };
}

function mixedHead(request: AttentionReference, t: number, h: number): Float64Array {
  const { numHeads: H, numKvHeads: K, headDim: D, capacity, values } = request;
  const kv = Math.floor(h / (H / K));
  const { first, weights } = patternReference(request, t, h);
  const mixed = new Float64Array(D);
  for (const [i, weight] of weights.entries()) {
    for (let d = 0; d < D; d++) {
      const value = values[(kv * capacity + first + i) * D + d] as number;
      mixed[d] = (mixed[d] as number) + weight * value * (request.headScales[h] as number);
    }
  }
  return mixed;
}
