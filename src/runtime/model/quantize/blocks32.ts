/** Blocks of 32 weights with one half d, or d and m: q8_0, q4_0, q4_1, q5_0, q5_1. */
import { halfToFloat } from "../half";
import type { BlockWriter } from "./blockWriter";
import { evenly, extremeOf, fitAffine, fitSymmetric, inverseOf, nearest, paired, type Run } from "./fitScale";

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
  q4_0: { low: -8, high: 7, ends: paired(evenly(-8.9, -6.2, 10)), fifths: null, quants: 2 },
  q5_0: { low: -16, high: 15, ends: paired(evenly(-16.8, -13.6, 9)), fifths: 2, quants: 6 },
} as const satisfies Record<string, Shape>;

const AFFINE = {
  q4_1: { low: 0, high: 15, ends: paired(evenly(13.4, 16.6, 9)), fifths: null, quants: 4 },
  q5_1: { low: 0, high: 31, ends: paired(evenly(29.6, 32.4, 8)), fifths: 4, quants: 8 },
} as const satisfies Record<string, Shape>;

export type Format32 = keyof typeof SYMMETRIC | keyof typeof AFFINE;

/** One block of `format` from 32 weights. */
export function writeBlock32(values: Float64Array, format: Format32, out: BlockWriter): void {
  const run = { values, start: 0, length: 32 };
  if (format === "q4_1" || format === "q5_1") writeAffine(run, AFFINE[format], out);
  else writeSymmetric(run, SYMMETRIC[format], format === "q8_0", out);
}

function writeSymmetric(run: Run, shape: Shape, bytes: boolean, out: BlockWriter): void {
  const { low, high } = shape;
  const extreme = extremeOf(run);
  const plain = out.half((Math.abs(extreme) / (bytes ? 127 : -low)) * (bytes || extreme < 0 ? 1 : -1));
  const fitted = out.half(fitSymmetric(run, low, high, shape.ends));
  // Rounding d to a half can cost more than fitting it gained.
  const isBetter = fitted !== plain && errorOf(run, fitted, 0, low, high) < errorOf(run, plain, 0, low, high);
  const half = isBetter ? fitted : plain;
  out.setHalf(0, half);
  const inverse = inverseOf(halfToFloat(half));
  const { values } = run;
  if (bytes) {
    for (let i = 0; i < 32; i++) out.setByte(shape.quants + i, nearest((values[i] as number) * inverse, low, high));
  } else writeQuants(shape, values, 0, inverse, low, high, out);
}

function writeAffine(run: Run, shape: Shape, out: BlockWriter): void {
  const { high } = shape;
  const fit = fitAffine(run, high, shape.ends, false);
  const plain = fitAffine(run, high, [], false);
  let d = out.half(fit.scale);
  let m = out.half(fit.offset);
  const plainD = out.half(plain.scale);
  const plainM = out.half(plain.offset);
  if (!(errorOf(run, d, m, 0, high) < errorOf(run, plainD, plainM, 0, high))) {
    d = plainD;
    m = plainM;
  }
  out.setHalf(0, d);
  out.setHalf(2, m);
  writeQuants(shape, run.values, halfToFloat(m), inverseOf(halfToFloat(d)), 0, high, out);
}

/** Nibbles, and fifth bits where the format has them: columns i and i + 16 share a byte. */
function writeQuants(
  shape: Shape,
  values: Float64Array,
  offset: number,
  inverse: number,
  low: number,
  high: number,
  out: BlockWriter,
): void {
  let fifths = 0;
  for (let i = 0; i < 16; i++) {
    const q = nearest(((values[i] as number) - offset) * inverse, low, high) - low;
    const late = nearest(((values[i + 16] as number) - offset) * inverse, low, high) - low;
    out.setByte(shape.quants + i, (q & 15) | ((late & 15) << 4));
    fifths |= ((q >> 4) << i) | ((late >> 4) << (i + 16));
  }
  if (shape.fifths === null) return;
  for (let byte = 0; byte < 4; byte++) out.setByte(shape.fifths + byte, (fifths >> (8 * byte)) & 255);
}

/** sum (x - d q - m)^2 with the nearest q, d and m as halves. */
function errorOf({ values, start, length }: Run, d: number, m: number, low: number, high: number): number {
  const scale = halfToFloat(d);
  const offset = halfToFloat(m);
  const inverse = inverseOf(scale);
  let error = 0;
  for (let i = start; i < start + length; i++) {
    const x = (values[i] as number) - offset;
    const rest = x - scale * nearest(x * inverse, low, high);
    error += rest * rest;
  }
  return error;
}
