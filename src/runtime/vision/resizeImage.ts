/**
 * Resizing as Pillow does it, byte for byte: models were trained on pictures made that way. Two passes, first along
 * rows, each rounded to bytes; weights in fixed point with 22 bits; the filter widens when shrinking.
 */
import type { RgbImage } from "./rgbImage";

export type ResizeFilter = "box" | "bilinear" | "bicubic" | "lanczos";

const FILTERS: { readonly [F in ResizeFilter]: { readonly support: number; readonly at: (x: number) => number } } = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: cubic },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

const FRACTION_BITS = 22;

export function resizeImage(image: RgbImage, width: number, height: number, filter: ResizeFilter): RgbImage {
  let { data } = image;
  // A pass that changes nothing is left out.
  if (width !== image.width) {
    data = resample(data, taps(image.width, width, filter), {
      lines: image.height,
      from: { line: image.width * 3, step: 3 },
      to: { line: width * 3, step: 3 },
    });
  }
  if (height !== image.height) {
    data = resample(data, taps(image.height, height, filter), {
      lines: width,
      from: { line: 3, step: width * 3 },
      to: { line: 3, step: width * 3 },
    });
  }
  return { width, height, data: data === image.data ? data.slice() : data };
}

/** For one output pixel: the first input pixel that counts, and the weights from there on. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

function taps(inputSize: number, outputSize: number, filter: ResizeFilter): Taps[] {
  const { support: reach, at } = FILTERS[filter];
  const scale = inputSize / outputSize;
  const stretch = Math.max(scale, 1);
  const support = reach * stretch;
  return Array.from({ length: outputSize }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(inputSize, Math.trunc(center + support + 0.5));
    const raw = Array.from({ length: end - first }, (_, j) => at((first + j - center + 0.5) / stretch));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    const weights = raw.map((weight) => {
      const fixed = (total === 0 ? 0 : weight / total) * 2 ** FRACTION_BITS;
      return Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    });
    return { first, weights };
  });
}

/** Bytes from one line, and from one pixel of a line, to the next. */
interface Strides {
  readonly line: number;
  readonly step: number;
}

interface Pass {
  readonly lines: number;
  readonly from: Strides;
  readonly to: Strides;
}

function resample(data: Uint8Array, all: readonly Taps[], { lines, from, to }: Pass): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(lines * all.length * 3);
  for (let line = 0; line < lines; line++) {
    for (const [i, { first, weights }] of all.entries()) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 2 ** (FRACTION_BITS - 1);
        let at = line * from.line + first * from.step + channel;
        for (const weight of weights) {
          sum += weight * (data[at] as number);
          at += from.step;
        }
        out[line * to.line + i * to.step + channel] = Math.min(255, Math.max(0, Math.floor(sum / 2 ** FRACTION_BITS)));
      }
    }
  }
  return out;
}

/** Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const distance = Math.abs(x);
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
