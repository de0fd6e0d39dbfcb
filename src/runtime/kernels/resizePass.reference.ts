import type { ResizeShape, Taps } from "./resizePass";

/** Sums in float64, which holds every one of them exactly. Writes into `output`. */
export function resizeReference(
  input: Uint32Array,
  output: Uint32Array,
  taps: readonly Taps[],
  fractionBits: number,
  shape: ResizeShape,
): void {
  for (let line = 0; line < shape.lines; line++) {
    for (const [i, { first, weights }] of taps.entries()) {
      let packed = 0;
      for (const shift of [0, 8, 16]) {
        const bytes = weights.map((_, j) => {
          const pixel = input[line * shape.inputLine + (first + j) * shape.inputStep] as number;
          return (pixel >> shift) & 255;
        });
        const sum = bytes.reduce((total, byte, j) => total + byte * (weights[j] as number), 0);
        packed |= Math.min(255, Math.max(0, Math.floor(sum / 2 ** fractionBits + 0.5))) << shift;
      }
      output[shape.outputStart + line * shape.outputLine + i * shape.outputStep] = packed;
    }
  }
}
