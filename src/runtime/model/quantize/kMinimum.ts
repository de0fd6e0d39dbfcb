/**
 * Blocks of 256 weights in groups whose scale s and minimum m are whole numbers times two halves: q2_k, q4_k, q5_k.
 * x = d s q - dmin m.
 *
 * Each group is fitted alone; the largest scale and minimum give d and dmin. Then, in turns: whole s and m of each group
 * with its nearest q, and d and dmin of least error for all of them, as long as the block's error falls.
 */
import { halfToFloat } from "../half";
import type { BlockWriter } from "./blockWriter";
import { evenly, fitAffine, inverseOf, nearest, paired } from "./fitScale";

interface Shape {
  readonly groupSize: 16 | 32;
  /** Largest q. */
  readonly high: number;
  /** Largest s and m. */
  readonly scaleHigh: number;
  readonly ends: readonly number[];
}

export const K_MINIMUM_SHAPES = {
  q2_k: { groupSize: 16, high: 3, scaleHigh: 15, ends: paired(evenly(2.2, 3.8, 9)) },
  q4_k: { groupSize: 32, high: 15, scaleHigh: 63, ends: paired(evenly(13.4, 16.6, 9)) },
  q5_k: { groupSize: 32, high: 31, scaleHigh: 63, ends: paired(evenly(29.6, 32.4, 8)) },
} as const satisfies Record<string, Shape>;

export type KMinimumFormat = keyof typeof K_MINIMUM_SHAPES;

const TURNS = 4;

/** Scratch for one block: made once per tensor piece. */
export class KMinimumFit {
  private readonly shape: Shape;
  private readonly groups: number;
  /** Of the best turn. */
  readonly quants = new Uint8Array(256);
  readonly scales: Uint8Array;
  readonly minima: Uint8Array;
  /** Halves. */
  d = 0;
  dmin = 0;
  private readonly triedQuants = new Uint8Array(256);
  private readonly triedScales: Uint8Array;
  private readonly triedMinima: Uint8Array;
  private readonly wantedScales: Float64Array;
  private readonly wantedMinima: Float64Array;

  constructor(format: KMinimumFormat) {
    this.shape = K_MINIMUM_SHAPES[format];
    this.groups = 256 / this.shape.groupSize;
    this.scales = new Uint8Array(this.groups);
    this.minima = new Uint8Array(this.groups);
    this.triedScales = new Uint8Array(this.groups);
    this.triedMinima = new Uint8Array(this.groups);
    this.wantedScales = new Float64Array(this.groups);
    this.wantedMinima = new Float64Array(this.groups);
  }

  /** Fits 256 weights. @throws ConversionError */
  fit(values: Float64Array, out: BlockWriter): void {
    const { groupSize, high, scaleHigh, ends } = this.shape;
    let largestScale = 0;
    let largestMinimum = 0;
    for (let g = 0; g < this.groups; g++) {
      const run = { values, start: g * groupSize, length: groupSize };
      const { scale, offset } = fitAffine(run, high, ends, true);
      this.wantedScales[g] = scale;
      this.wantedMinima[g] = -offset;
      largestScale = Math.max(largestScale, scale);
      largestMinimum = Math.max(largestMinimum, -offset);
    }
    let d = out.half(largestScale / scaleHigh);
    let dmin = out.half(largestMinimum / scaleHigh);
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < TURNS; turn++) {
      const error = this.tryHalves(values, halfToFloat(d), halfToFloat(dmin));
      if (turn > 0 && !(error < least)) return;
      least = error;
      this.d = d;
      this.dmin = dmin;
      this.quants.set(this.triedQuants);
      this.scales.set(this.triedScales);
      this.minima.set(this.triedMinima);
      const [bestD, bestDmin] = this.refit(values);
      d = out.half(bestD);
      dmin = out.half(bestDmin);
    }
  }

  /** Whole scales, minima and quants under the two halves; returns the error. */
  private tryHalves(values: Float64Array, d: number, dmin: number): number {
    const { groupSize, scaleHigh } = this.shape;
    let total = 0;
    for (let g = 0; g < this.groups; g++) {
      const first = g * groupSize;
      const scale = d > 0 ? nearest((this.wantedScales[g] as number) / d, 0, scaleHigh) : 0;
      const minimum = dmin > 0 ? nearest((this.wantedMinima[g] as number) / dmin, 0, scaleHigh) : 0;
      let bestScale = scale;
      let bestMinimum = minimum;
      let least = Number.POSITIVE_INFINITY;
      for (let s = Math.max(0, scale - 1); s <= Math.min(scaleHigh, scale + 1); s++) {
        // The minimum that suits the quants of this scale, from those of the rounded minimum.
        const suited = dmin > 0 ? this.suitedMinimum(values, first, d * s, dmin, minimum) : 0;
        for (let m = suited; ; m = minimum) {
          const error = this.groupError(values, first, d * s, dmin * m);
          if (error < least) {
            least = error;
            bestScale = s;
            bestMinimum = m;
          }
          if (m === minimum) break;
        }
      }
      this.triedScales[g] = bestScale;
      this.triedMinima[g] = bestMinimum;
      this.writeQuants(values, first, d * bestScale, dmin * bestMinimum);
      total += least;
    }
    return total;
  }

  private suitedMinimum(values: Float64Array, first: number, scale: number, dmin: number, minimum: number): number {
    const { groupSize, high, scaleHigh } = this.shape;
    const inverse = inverseOf(scale);
    const offset = dmin * minimum;
    let rest = 0;
    for (let i = first; i < first + groupSize; i++) {
      const x = values[i] as number;
      rest += scale * nearest((x + offset) * inverse, 0, high) - x;
    }
    return nearest(rest / groupSize / dmin, 0, scaleHigh);
  }

  private groupError(values: Float64Array, first: number, scale: number, offset: number): number {
    const { groupSize, high } = this.shape;
    const inverse = inverseOf(scale);
    let error = 0;
    for (let i = first; i < first + groupSize; i++) {
      const x = (values[i] as number) + offset;
      const rest = x - scale * nearest(x * inverse, 0, high);
      error += rest * rest;
    }
    return error;
  }

  private writeQuants(values: Float64Array, first: number, scale: number, offset: number): void {
    const { groupSize, high } = this.shape;
    const inverse = inverseOf(scale);
    for (let i = first; i < first + groupSize; i++) {
      this.triedQuants[i] = nearest(((values[i] as number) + offset) * inverse, 0, high);
    }
  }

  /** d and dmin of least error for the best whole numbers so far: normal equations of x = d (s q) - dmin m. */
  private refit(values: Float64Array): [d: number, dmin: number] {
    const { groupSize } = this.shape;
    let uu = 0;
    let uv = 0;
    let vv = 0;
    let xu = 0;
    let xv = 0;
    for (let i = 0; i < 256; i++) {
      const g = Math.floor(i / groupSize);
      const u = (this.scales[g] as number) * (this.quants[i] as number);
      const v = this.minima[g] as number;
      const x = values[i] as number;
      uu += u * u;
      uv += u * v;
      vv += v * v;
      xu += x * u;
      xv += x * v;
    }
    const determinant = uu * vv - uv * uv;
    if (determinant > 0) {
      const d = (xu * vv - xv * uv) / determinant;
      const dmin = (xu * uv - xv * uu) / determinant;
      if (d >= 0 && dmin >= 0) return [d, dmin];
    }
    return [uu > 0 ? Math.max(0, xu / uu) : 0, 0];
  }
}
