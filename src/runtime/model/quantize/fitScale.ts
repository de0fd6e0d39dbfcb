/**
 * Scales of least squared error for a run of weights x and whole numbers q.
 *
 * With q fixed, the best scale has a closed form; with the scale fixed, the best q is the nearest. So a few scales are
 * tried for their q, each is judged by the error that the closed form would leave, and the best one's closed form is
 * returned. All sums are float64, and each is added up in the order of the weights; two scales are tried in one pass,
 * because a sum by itself waits for its last addition most of the time.
 */

/** 1.5 x 2^52: adding and subtracting it rounds to the nearest whole number, ties to even. */
const ROUND = 6755399441055744;

/** Nearest whole number, kept within [low, high]. */
export function nearest(value: number, low: number, high: number): number {
  const q = value + ROUND - ROUND;
  // In this order, NaN gives `low`.
  return q > low ? (q < high ? q : high) : low;
}

/** What a weight is multiplied by instead of being divided by its scale; 0 for no scale. */
export function inverseOf(scale: number): number {
  return scale === 0 ? 0 : 1 / scale;
}

/** Rounds of quants, then scale, after the best of the ends. */
const REFINEMENTS = 4;

/** A run of weights. */
export interface Run {
  readonly values: Float64Array;
  readonly start: number;
  readonly length: number;
}

/** The value of largest magnitude, with its sign. */
export function extremeOf({ values, start, length }: Run): number {
  let extreme = 0;
  for (let i = start; i < start + length; i++) {
    const value = values[i] as number;
    if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  }
  return extreme;
}

/**
 * d of least error for x = d q, q in [low, high].
 * @param ends the extreme value is mapped to each of these in turn; pairs of them
 */
export function fitSymmetric(run: Run, low: number, high: number, ends: readonly number[]): number {
  const { values, start, length } = run;
  const extreme = extremeOf(run);
  let best = 0;
  let bestGain = 0;
  if (extreme === 0) return 0;
  for (let e = 0; e < ends.length; e += 2) {
    const inverse = (ends[e] as number) / extreme;
    const inverse2 = (ends[e + 1] as number) / extreme;
    let xq = 0;
    let qq = 0;
    let xq2 = 0;
    let qq2 = 0;
    for (let i = start; i < start + length; i++) {
      const x = values[i] as number;
      const q = nearest(x * inverse, low, high);
      const q2 = nearest(x * inverse2, low, high);
      xq += x * q;
      qq += q * q;
      xq2 += x * q2;
      qq2 += q2 * q2;
    }
    // sum (x - d q)^2 at d = xq / qq is sum x^2 - xq^2 / qq.
    const gain = qq > 0 ? (xq * xq) / qq : 0;
    if (gain > bestGain) {
      bestGain = gain;
      best = xq / qq;
    }
    const gain2 = qq2 > 0 ? (xq2 * xq2) / qq2 : 0;
    if (gain2 > bestGain) {
      bestGain = gain2;
      best = xq2 / qq2;
    }
  }
  return best;
}

/** x = scale q + offset. */
export interface Affine {
  readonly scale: number;
  readonly offset: number;
}

/**
 * Scale and offset of least error for x = scale q + offset, q in [0, high].
 * @param ends the whole range of x is mapped to [0, end] for each of these in turn; pairs of them
 * @param belowZero the offset may not be positive, and the range begins at zero or below: formats that subtract a minimum
 */
export function fitAffine(run: Run, high: number, ends: readonly number[], belowZero: boolean): Affine {
  const { values, start, length } = run;
  let lowest = belowZero ? 0 : (values[start] as number);
  let highest = values[start] as number;
  let x1 = 0;
  for (let i = start; i < start + length; i++) {
    const x = values[i] as number;
    if (x < lowest) lowest = x;
    if (x > highest) highest = x;
    x1 += x;
  }
  if (!(highest > lowest)) return { scale: 0, offset: lowest };
  const search = new AffineSearch(length, x1, belowZero, { scale: (highest - lowest) / high, offset: lowest });
  for (let e = 0; e < ends.length; e += 2) {
    const inverse = (ends[e] as number) / (highest - lowest);
    const inverse2 = (ends[e + 1] as number) / (highest - lowest);
    search.offerPair(run, high, lowest, inverse, inverse2);
  }
  for (let i = 0; i < REFINEMENTS && ends.length > 0 && search.best.scale > 0; i++) {
    const { scale, offset } = search.best;
    if (!search.offerQuants(run, high, offset, 1 / scale)) break;
  }
  return search.best;
}

/** The best scale and offset so far, from sums over weights x and their quants q. */
class AffineSearch {
  private bestGain = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly n: number,
    /** Sum of x. */
    private readonly x1: number,
    private readonly belowZero: boolean,
    public best: Affine,
  ) {}

  /** Quants under an offset and a scale, then the best scale and offset for them. */
  offerQuants({ values, start, length }: Run, high: number, from: number, inverse: number): boolean {
    let q1 = 0;
    let qq = 0;
    let xq = 0;
    for (let i = start; i < start + length; i++) {
      const x = values[i] as number;
      const q = nearest((x - from) * inverse, 0, high);
      q1 += q;
      qq += q * q;
      xq += x * q;
    }
    return this.offer(q1, qq, xq);
  }

  /** `offerQuants` for one scale, then another. */
  offerPair({ values, start, length }: Run, high: number, from: number, inverse: number, inverse2: number): void {
    let q1 = 0;
    let qq = 0;
    let xq = 0;
    let q12 = 0;
    let qq2 = 0;
    let xq2 = 0;
    for (let i = start; i < start + length; i++) {
      const x = values[i] as number;
      const q = nearest((x - from) * inverse, 0, high);
      const q2 = nearest((x - from) * inverse2, 0, high);
      q1 += q;
      qq += q * q;
      xq += x * q;
      q12 += q2;
      qq2 += q2 * q2;
      xq2 += x * q2;
    }
    this.offer(q1, qq, xq);
    this.offer(q12, qq2, xq2);
  }

  private offer(q1: number, qq: number, xq: number): boolean {
    const { n, x1 } = this;
    const fit = solveAffine(n, x1, q1, qq, xq, this.belowZero);
    const { scale, offset } = fit;
    // The error is sum x^2 minus this.
    const gain = 2 * (scale * xq + offset * x1) - scale * scale * qq - offset * offset * n - 2 * scale * offset * q1;
    if (!(gain > this.bestGain)) return false;
    this.bestGain = gain;
    this.best = fit;
    return true;
  }
}

/** Normal equations of x = scale q + offset. */
function solveAffine(n: number, x1: number, q1: number, qq: number, xq: number, belowZero: boolean): Affine {
  const determinant = n * qq - q1 * q1;
  if (determinant <= 0) {
    // All quants are the same.
    if (!belowZero || x1 <= 0) return { scale: 0, offset: x1 / n };
    return { scale: qq > 0 ? xq / qq : 0, offset: 0 };
  }
  const scale = (n * xq - x1 * q1) / determinant;
  const offset = (qq * x1 - q1 * xq) / determinant;
  if (belowZero && offset > 0) return { scale: xq / qq, offset: 0 };
  return { scale, offset };
}

/** `count` ends from `first` to `last`, evenly. */
export function evenly(first: number, last: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + ((last - first) * i) / (count - 1));
}

/** An odd one out comes twice, which changes nothing. */
export function paired(ends: readonly number[]): readonly number[] {
  return ends.length % 2 === 0 ? ends : [...ends, ends.at(-1) as number];
}
