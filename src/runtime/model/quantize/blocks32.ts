/** Blocks of 32 weights with one half d, or d and m: q8_0, q4_0, q4_1, q5_0, q5_1. */
import { halfToFloat } from "../half";
import type { BlockWriter } from "./blockWriter";
import { evenly, extremeOf, fitAffine, fitSymmetric, nearest, type Run } from "./fitScale";

interface Shape {
  readonly low: number;
  readonly high: number;
  readonly ends: readonly number[];
  /** First byte of the fifth bits, or null. */
  readonly fifths: number | null;
  /** First byte of the quants. */
  readonly quants: number;
}

const SYMMETRIC = {
  q8_0: { low: -128, high: 127, ends: [-128, -127.5, 127, 127.5], fifths: null, quants: 2 },
  q4_0: { low: -8, high: 7, ends: evenly(-8.9, -6.2, 10), fifths: null, quants: 2 },
  q5_0: { low: -16, high: 15, ends: evenly(-16.8, -13.6, 9), fifths: 2, quants: 6 },
} as const satisfies Record<string, Shape>;

const AFFINE = {
  q4_1: { low: 0, high: 15, ends: evenly(13.4, 16.6, 9), fifths: null, quants: 4 },
  q5_1: { low: 0, high: 31, ends: evenly(29.6, 32.4, 8), fifths: 4, quants: 8 },
} as const satisfies Record<string, Shape>;

export type Format32 = keyof typeof SYMMETRIC | keyof typeof AFFINE;

/** One block of `format` from 32 weights at `run.start`. */
export function writeBlock32(run: Run, format: Format32, out: BlockWriter): void {
  if (format === "q4_1" || format === "q5_1") writeAffine(run, AFFINE[format], out);
  else writeSymmetric(run, SYMMETRIC[format], format === "q8_0", out);
}

function writeSymmetric(run: Run, shape: Shape, bytes: boolean, out: BlockWriter): void {
  const { low, high } = shape;
  const plain = out.half((Math.abs(extremeOf(run)) / (bytes ? 127 : -low)) * (bytes || extremeOf(run) < 0 ? 1 : -1));
  const fitted = out.half(fitSymmetric(run, low, high, shape.ends));
  // Rounding d to a half can cost more than fitting it gained.
  const half = errorOf(run, fitted, 0, low, high) < errorOf(run, plain, 0, low, high) ? fitted : plain;
  out.setHalf(0, half);
  const inverse = inverseOf(half);
  for (let i = 0; i < 32; i++) {
    const q = nearest((run.values[run.start + i] as number) * inverse, low, high);
    if (bytes) out.setByte(shape.quants + i, q & 255);
    else writeQuant(shape, i, q - low, out);
  }
}

function writeAffine(run: Run, shape: Shape, out: BlockWriter): void {
  const { high } = shape;
  const fit = fitAffine(run, high, shape.ends, false);
  const plain = fitAffine(run, high, [], false);
  let d = out.half(fit.scale);
  let m = out.half(fit.offset);
  const plainD = out.half(plain.scale);
  const plainM = out.half(plain.offset);
  if (!(errorOf(run, d, m, 0, high) < errorOf(run, plainD, plainM, 0, high))) [d, m] = [plainD, plainM];
  out.setHalf(0, d);
  out.setHalf(2, m);
  const inverse = inverseOf(d);
  const offset = halfToFloat(m);
  for (let i = 0; i < 32; i++) {
    writeQuant(shape, i, nearest(((run.values[run.start + i] as number) - offset) * inverse, 0, high), out);
  }
}

/** Nibble of column i, and its fifth bit where the format has them. */
function writeQuant(shape: Shape, i: number, q: number, out: BlockWriter): void {
  out.addBits(shape.quants + (i % 16), (q & 15) << (i < 16 ? 0 : 4));
  if (shape.fifths !== null) out.addBits(shape.fifths + (i >> 3), (q >> 4) << (i & 7));
}

function inverseOf(half: number): number {
  const d = halfToFloat(half);
  return d === 0 ? 0 : 1 / d;
}

/** sum (x - d q - m)^2 with the nearest q, d and m as halves. */
function errorOf({ values, start, length }: Run, d: number, m: number, low: number, high: number): number {
  const scale = halfToFloat(d);
  const offset = halfToFloat(m);
  const inverse = inverseOf(d);
  let error = 0;
  for (let i = start; i < start + length; i++) {
    const x = (values[i] as number) - offset;
    error += (x - scale * nearest(x * inverse, low, high)) ** 2;
  }
  return error;
}
