/**
 * Blocks of 256 weights in groups of 16 whose scale s is a signed whole number times one half: q3_k, q6_k. x = d s q.
 *
 * Each group is fitted alone; the scale of largest magnitude gives d. Then, in turns: whole s of each group with its
 * nearest q, and d of least error for all of them, as long as the block's error falls.
 */
import { halfToFloat } from "../half";
import type { BlockWriter } from "./blockWriter";
import { evenly, fitSymmetric, inverseOf, nearest, paired } from "./fitScale";

interface Shape {
  /** q and s go from minus this to this minus one. */
  readonly quantEnd: number;
  readonly scaleEnd: number;
  readonly ends: readonly number[];
}

const SHAPES = {
  q3_k: { quantEnd: 4, scaleEnd: 32, ends: paired([...evenly(-4.9, -2.6, 11), 3]) },
  q6_k: { quantEnd: 32, scaleEnd: 128, ends: paired(evenly(-32.8, -29.2, 8)) },
} as const satisfies Record<string, Shape>;

export type KSymmetricFormat = keyof typeof SHAPES;

const GROUPS = 16;
const GROUP = 16;
const TURNS = 4;

/** Scratch for one block: made once per tensor piece. */
export class KSymmetricFit {
  private readonly shape: Shape;
  /** Of the best turn. */
  readonly quants = new Int8Array(256);
  readonly scales = new Int8Array(GROUPS);
  /** A half. */
  d = 0;
  private readonly triedQuants = new Int8Array(256);
  private readonly triedScales = new Int8Array(GROUPS);
  private readonly wanted = new Float64Array(GROUPS);
  /** Of a group under three scales. */
  private readonly errors = new Float64Array(3);

  constructor(format: KSymmetricFormat) {
    this.shape = SHAPES[format];
  }

  /** Fits 256 weights. @throws ConversionError */
  fit(values: Float64Array, out: BlockWriter): void {
    const { quantEnd, scaleEnd, ends } = this.shape;
    let extreme = 0;
    for (let g = 0; g < GROUPS; g++) {
      const run = { values, start: g * GROUP, length: GROUP };
      const scale = fitSymmetric(run, -quantEnd, quantEnd - 1, ends);
      this.wanted[g] = scale;
      if (Math.abs(scale) > Math.abs(extreme)) extreme = scale;
    }
    let d = out.half(extreme / -scaleEnd);
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < TURNS; turn++) {
      const error = this.tryHalf(values, halfToFloat(d));
      if (turn > 0 && !(error < least)) return;
      least = error;
      this.d = d;
      this.quants.set(this.triedQuants);
      this.scales.set(this.triedScales);
      d = out.half(this.refit(values));
    }
  }

  /** Whole scales and quants under d; returns the error. */
  private tryHalf(values: Float64Array, d: number): number {
    const { quantEnd, scaleEnd } = this.shape;
    let total = 0;
    for (let g = 0; g < GROUPS; g++) {
      const first = g * GROUP;
      const scale = d === 0 ? 0 : nearest((this.wanted[g] as number) / d, -scaleEnd, scaleEnd - 1);
      const below = Math.max(-scaleEnd, scale - 1);
      const above = Math.min(scaleEnd - 1, scale + 1);
      this.tryScales(values, first, d * below, d * scale, d * above);
      let best = scale;
      let least = Number.POSITIVE_INFINITY;
      // The first of equals; of errors that are no numbers, none.
      for (let k = 0; k < 3; k++) {
        const error = this.errors[k] as number;
        if (!(error < least)) continue;
        least = error;
        best = k === 0 ? below : k === 1 ? scale : above;
      }
      this.triedScales[g] = best;
      const inverse = inverseOf(d * best);
      for (let i = first; i < first + GROUP; i++) {
        this.triedQuants[i] = nearest((values[i] as number) * inverse, -quantEnd, quantEnd - 1);
      }
      total += least;
    }
    return total;
  }

  /** Errors of a group under three scales. */
  private tryScales(values: Float64Array, first: number, a: number, b: number, c: number): void {
    const low = -this.shape.quantEnd;
    const high = this.shape.quantEnd - 1;
    const inverseA = inverseOf(a);
    const inverseB = inverseOf(b);
    const inverseC = inverseOf(c);
    let errorA = 0;
    let errorB = 0;
    let errorC = 0;
    for (let i = first; i < first + GROUP; i++) {
      const x = values[i] as number;
      const restA = x - a * nearest(x * inverseA, low, high);
      const restB = x - b * nearest(x * inverseB, low, high);
      const restC = x - c * nearest(x * inverseC, low, high);
      errorA += restA * restA;
      errorB += restB * restB;
      errorC += restC * restC;
    }
    this.errors[0] = errorA;
    this.errors[1] = errorB;
    this.errors[2] = errorC;
  }

  /** d of least error for the best whole numbers so far. */
  private refit(values: Float64Array): number {
    let uu = 0;
    let xu = 0;
    for (let i = 0; i < 256; i++) {
      const u = (this.scales[i >> 4] as number) * (this.quants[i] as number);
      uu += u * u;
      xu += (values[i] as number) * u;
    }
    return uu > 0 ? xu / uu : 0;
  }
}
