/**
 * Blocks of 256 weights in groups of 16 whose scale s is a signed whole number times one half: q3_k, q6_k. x = d s q.
 *
 * Each group is fitted alone; the scale of largest magnitude gives d. Then, in turns: whole s of each group with its
 * nearest q, and d of least error for all of them, as long as the block's error falls.
 */
import { halfToFloat } from "../half";
import type { BlockWriter } from "./blockWriter";
import { evenly, fitSymmetric, nearest } from "./fitScale";

interface Shape {
  /** q and s go from minus this to this minus one. */
  readonly quantEnd: number;
  readonly scaleEnd: number;
  readonly ends: readonly number[];
}

const SHAPES = {
  q3_k: { quantEnd: 4, scaleEnd: 32, ends: [...evenly(-4.9, -2.6, 11), 3] },
  q6_k: { quantEnd: 32, scaleEnd: 128, ends: evenly(-32.8, -29.2, 8) },
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

  constructor(format: KSymmetricFormat) {
    this.shape = SHAPES[format];
  }

  /** Fits the 256 weights at `start`. @throws ConversionError */
  fit(values: Float32Array, start: number, out: BlockWriter): void {
    const { quantEnd, scaleEnd, ends } = this.shape;
    let extreme = 0;
    for (let g = 0; g < GROUPS; g++) {
      const run = { values, start: start + g * GROUP, length: GROUP };
      const scale = fitSymmetric(run, -quantEnd, quantEnd - 1, ends);
      this.wanted[g] = scale;
      if (Math.abs(scale) > Math.abs(extreme)) extreme = scale;
    }
    let d = out.half(extreme / -scaleEnd);
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < TURNS; turn++) {
      const error = this.tryHalf(values, start, halfToFloat(d));
      if (turn > 0 && !(error < least)) return;
      least = error;
      this.d = d;
      this.quants.set(this.triedQuants);
      this.scales.set(this.triedScales);
      d = out.half(this.refit(values, start));
    }
  }

  /** Whole scales and quants under d; returns the error. */
  private tryHalf(values: Float32Array, start: number, d: number): number {
    const { quantEnd, scaleEnd } = this.shape;
    let total = 0;
    for (let g = 0; g < GROUPS; g++) {
      const first = start + g * GROUP;
      const scale = d === 0 ? 0 : nearest((this.wanted[g] as number) / d, -scaleEnd, scaleEnd - 1);
      let best = scale;
      let least = Number.POSITIVE_INFINITY;
      for (let s = Math.max(-scaleEnd, scale - 1); s <= Math.min(scaleEnd - 1, scale + 1); s++) {
        const error = this.groupError(values, first, d * s);
        if (error < least) {
          least = error;
          best = s;
        }
      }
      this.triedScales[g] = best;
      const inverse = d * best === 0 ? 0 : 1 / (d * best);
      for (let i = 0; i < GROUP; i++) {
        this.triedQuants[g * GROUP + i] = nearest((values[first + i] as number) * inverse, -quantEnd, quantEnd - 1);
      }
      total += least;
    }
    return total;
  }

  private groupError(values: Float32Array, first: number, scale: number): number {
    const { quantEnd } = this.shape;
    const inverse = scale === 0 ? 0 : 1 / scale;
    let error = 0;
    for (let i = first; i < first + GROUP; i++) {
      const x = values[i] as number;
      error += (x - scale * nearest(x * inverse, -quantEnd, quantEnd - 1)) ** 2;
    }
    return error;
  }

  /** d of least error for the best whole numbers so far. */
  private refit(values: Float32Array, start: number): number {
    let uu = 0;
    let xu = 0;
    for (let i = 0; i < 256; i++) {
      const u = (this.scales[i >> 4] as number) * (this.quants[i] as number);
      uu += u * u;
      xu += (values[start + i] as number) * u;
    }
    return uu > 0 ? xu / uu : 0;
  }
}
