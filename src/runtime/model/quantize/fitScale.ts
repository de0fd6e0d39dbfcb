/**
 * Scales of least squared error for a run of weights x and whole numbers q.
 *
 * With q fixed, the best scale has a closed form; with the scale fixed, the best q is the nearest. So a few scales are
 * tried for their q, each is judged by the error that the closed form would leave, and the best one's closed form is
 * returned. All sums are float64.
 */

/** 1.5 x 2^52: adding and subtracting it rounds to the nearest whole number, ties to even. */
const ROUND = 6755399441055744;

/** Nearest whole number, kept within [low, high]. */
export function nearest(value: number, low: number, high: number): number {
  const q = value + ROUND - ROUND;
  // In this order, NaN gives `low`.
  return q > low ? (q < high ? q : high) : low;
}

/** Rounds of quants, then scale, after the best of the ends. */
const REFINEMENTS = 4;

/** A run of weights. */
export interface Run {
  readonly values: Float32Array;
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
 * @param ends the extreme value is mapped to each of these in turn
 */
export function fitSymmetric(run: Run, low: number, high: number, ends: readonly number[]): number {
  const { values, start, length } = run;
  const extreme = extremeOf(run);
  let best = 0;
  let bestGain = 0;
  if (extreme === 0) return 0;
  for (const end of ends) {
    const inverse = end / extreme;
    let xq = 0;
    let qq = 0;
    for (let i = start; i < start + length; i++) {
      const x = values[i] as number;
      const q = nearest(x * inverse, low, high);
      xq += x * q;
      qq += q * q;
    }
    // sum (x - d q)^2 at d = xq / qq is sum x^2 - xq^2 / qq.
    const gain = qq > 0 ? (xq * xq) / qq : 0;
    if (gain > bestGain) {
      bestGain = gain;
      best = xq / qq;
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
 * @param ends the whole range of x is mapped to [0, end] for each of these in turn
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
  let best: Affine = { scale: (highest - lowest) / high, offset: lowest };
  let bestGain = Number.NEGATIVE_INFINITY;
  /** Quants under a scale and an offset, then the best scale and offset for them. */
  const attempt = (inverse: number, from: number): boolean => {
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
    const fit = solveAffine(length, x1, q1, qq, xq, belowZero);
    const { scale, offset } = fit;
    // The error is sum x^2 minus this.
    const gain =
      2 * (scale * xq + offset * x1) - scale * scale * qq - offset * offset * length - 2 * scale * offset * q1;
    if (!(gain > bestGain)) return false;
    bestGain = gain;
    best = fit;
    return true;
  };
  for (const end of ends) attempt(end / (highest - lowest), lowest);
  for (let i = 0; i < REFINEMENTS && ends.length > 0 && best.scale > 0; i++) {
    if (!attempt(1 / best.scale, best.offset)) break;
  }
  return best;
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
