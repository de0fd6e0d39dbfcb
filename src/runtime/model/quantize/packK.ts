/** Whole numbers of a fitted K block to its bytes; layouts as `kernels/dequantizeK.reference.ts` reads them. */
import type { BlockWriter } from "./blockWriter";
import type { KMinimumFit, KMinimumFormat } from "./kMinimum";
import type { KSymmetricFit, KSymmetricFormat } from "./kSymmetric";

export function packMinimum(fit: KMinimumFit, format: KMinimumFormat, out: BlockWriter): void {
  const { quants, scales, minima } = fit;
  if (format === "q2_k") {
    for (let n = 0; n < 16; n++) out.setByte(n, (scales[n] as number) | ((minima[n] as number) << 4));
    packPairs(quants, 16, out);
    out.setHalf(80, fit.d);
    out.setHalf(82, fit.dmin);
    return;
  }
  out.setHalf(0, fit.d);
  out.setHalf(2, fit.dmin);
  packSixBits(scales, minima, out);
  const first = format === "q4_k" ? 16 : 48;
  for (let i = 0; i < 256; i++) {
    const q = quants[i] as number;
    const group = i >> 5;
    out.addBits(first + 32 * (group >> 1) + (i & 31), (q & 15) << (4 * (group & 1)));
    if (format === "q5_k") out.addBits(16 + (i & 31), (q >> 4) << group);
  }
}

/** Eight s and m of six bits each, from byte 4 on. */
function packSixBits(scales: Uint8Array, minima: Uint8Array, out: BlockWriter): void {
  for (let g = 0; g < 4; g++) {
    const [s, m] = [scales[g] as number, minima[g] as number];
    const [lateS, lateM] = [scales[g + 4] as number, minima[g + 4] as number];
    out.setByte(4 + g, s | ((lateS >> 4) << 6));
    out.setByte(8 + g, m | ((lateM >> 4) << 6));
    out.setByte(12 + g, (lateS & 15) | ((lateM & 15) << 4));
  }
}

/** Lower two bits of each q: four groups of 32 share 32 bytes. */
function packPairs(quants: ArrayLike<number>, first: number, out: BlockWriter): void {
  for (let i = 0; i < 256; i++) {
    const group = i >> 5;
    out.addBits(first + 32 * (group >> 2) + (i & 31), ((quants[i] as number) & 3) << (2 * (group & 3)));
  }
}

export function packSymmetric(fit: KSymmetricFit, format: KSymmetricFormat, out: BlockWriter): void {
  if (format === "q3_k") packThree(fit, out);
  else packSix(fit, out);
}

function packThree({ quants, scales, d }: KSymmetricFit, out: BlockWriter): void {
  const stored = quants.map((q) => q + 4);
  packPairs(stored, 32, out);
  for (let i = 0; i < 256; i++) out.addBits(i & 31, ((stored[i] as number) >> 2) << (i >> 5));
  for (let n = 0; n < 16; n++) {
    const s = (scales[n] as number) + 32;
    out.addBits(96 + (n & 7), (s & 15) << (n < 8 ? 0 : 4));
    out.addBits(104 + (n & 3), (s >> 4) << (2 * (n >> 2)));
  }
  out.setHalf(108, d);
}

function packSix({ quants, scales, d }: KSymmetricFit, out: BlockWriter): void {
  for (let i = 0; i < 256; i++) {
    const q = (quants[i] as number) + 32;
    const group = i >> 5;
    const half = group >> 2;
    out.addBits(64 * half + 32 * (group & 1) + (i & 31), (q & 15) << ((group & 3) < 2 ? 0 : 4));
    out.addBits(128 + 32 * half + (i & 31), (q >> 4) << (2 * (group & 3)));
  }
  for (let n = 0; n < 16; n++) out.setByte(192 + n, (scales[n] as number) & 255);
  out.setHalf(208, d);
}
