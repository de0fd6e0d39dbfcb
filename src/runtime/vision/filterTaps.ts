/**
 * The weights of a resize as Pillow has them, so that it comes out byte for byte: models were trained on pictures made
 * that way. Two passes, first along rows, each rounded to bytes; weights in fixed point with 22 bits; the filter widens
 * when shrinking.
 */

export type ResizeFilter = "box" | "bilinear" | "bicubic" | "lanczos";

const FILTERS: { readonly [F in ResizeFilter]: { readonly support: number; readonly at: (x: number) => number } } = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: cubic },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

export const FRACTION_BITS = 22;

/** For one output pixel: the first input pixel that counts, and the weights from there on. */
export interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** For `count` of the `outputSize` pixels, from `start` on: what is cropped need not be computed. */
export function filterTaps(
  filter: ResizeFilter,
  inputSize: number,
  outputSize: number,
  { start, count }: { readonly start: number; readonly count: number },
): Taps[] {
  const { support: reach, at } = FILTERS[filter];
  const scale = inputSize / outputSize;
  const stretch = Math.max(scale, 1);
  const support = reach * stretch;
  return Array.from({ length: count }, (_, i) => {
    const center = (start + i + 0.5) * scale;
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
