/**
 * Weights of the K formats, 256 to a block, block layouts as in ggml-common.h. Group g of 32 columns, column c of it:
 *   q2_k  16 bytes s | m << 4, 64 bytes of four 2-bit q, halves d, dmin       w = d s q - dmin m
 *   q3_k  32 bytes of third bits, 64 bytes of 2-bit q, 12 bytes of s, half d  w = d (s - 32) (q - 4)
 *   q4_k  halves d, dmin, 12 bytes of s and m, 128 bytes of two 4-bit q       w = d s q - dmin m
 *   q5_k  as q4_k, with 32 bytes of fifth bits before the nibbles             w = d s q - dmin m
 *   q6_k  128 bytes of nibbles, 64 of upper bits, 16 signed bytes s, half d   w = d s (q - 32)
 *   iq4_xs  half d, upper bits and nibbles of eight s, 128 bytes              w = d (s - 32) table[q]
 * Scales belong to 32 columns in q4_k, q5_k and iq4_xs, to 16 in the others.
 */

/** One file block, read by bytes. */
export interface BlockReader {
  byte(offset: number): number;
  signedByte(offset: number): number;
  half(offset: number): number;
}

export const UNEVEN_STEPS = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

export type KFormat = "q2_k" | "q3_k" | "q4_k" | "q5_k" | "q6_k" | "iq4_xs";

/** `count` bits of a byte from bit `first` on. */
function bits(byte: number, first: number, count: number): number {
  return Math.floor(byte / 2 ** first) % 2 ** count;
}

/** Weight i of 256. */
export function kWeight(block: BlockReader, format: KFormat, i: number): number {
  const g = Math.floor(i / 32);
  const c = i % 32;
  // Pairs of bits of four groups, nibbles of two groups, share their bytes.
  const pair = (offset: number): number => bits(block.byte(offset + 32 * Math.floor(g / 4) + c), 2 * (g % 4), 2);
  const nibble = (offset: number): number => bits(block.byte(offset + 32 * Math.floor(g / 2) + c), 4 * (g % 2), 4);
  const highBit = (offset: number): number => bits(block.byte(offset + c), g, 1);
  switch (format) {
    case "q2_k": {
      const packed = block.byte(Math.floor(i / 16));
      return block.half(80) * (packed % 16) * pair(16) - block.half(82) * Math.floor(packed / 16);
    }
    case "q3_k": {
      const n = Math.floor(i / 16);
      const scale =
        bits(block.byte(96 + (n % 8)), n < 8 ? 0 : 4, 4) +
        16 * bits(block.byte(104 + (n % 4)), 2 * Math.floor(n / 4), 2);
      return block.half(108) * (scale - 32) * (pair(32) + 4 * highBit(0) - 4);
    }
    case "q4_k": {
      const [scale, minimum] = sixBitScales(block, 4, g);
      return block.half(0) * scale * nibble(16) - block.half(2) * minimum;
    }
    case "q5_k": {
      const [scale, minimum] = sixBitScales(block, 4, g);
      return block.half(0) * scale * (nibble(48) + 16 * highBit(16)) - block.half(2) * minimum;
    }
    case "q6_k": {
      const half = Math.floor(g / 4);
      const low = bits(block.byte(64 * half + 32 * (g % 2) + c), g % 4 < 2 ? 0 : 4, 4);
      const high = bits(block.byte(128 + 32 * half + c), 2 * (g % 4), 2);
      return block.half(208) * block.signedByte(192 + Math.floor(i / 16)) * (low + 16 * high - 32);
    }
    case "iq4_xs": {
      const scale =
        bits(block.byte(4 + Math.floor(g / 2)), 4 * (g % 2), 4) +
        16 * bits(block.byte(2 + Math.floor(g / 4)), 2 * (g % 4), 2);
      const q = bits(block.byte(8 + 16 * g + (c % 16)), c < 16 ? 0 : 4, 4);
      return block.half(0) * (scale - 32) * (UNEVEN_STEPS[q] as number);
    }
  }
}

/** Eight pairs (s, m) of six bits in 12 bytes: the last four pairs lend their upper bits to the bytes of the first four. */
function sixBitScales(block: BlockReader, offset: number, g: number): [scale: number, minimum: number] {
  const first = block.byte(offset + (g % 4));
  const second = block.byte(offset + 4 + (g % 4));
  if (g < 4) return [first % 64, second % 64];
  const low = block.byte(offset + 4 + g);
  return [(low % 16) + 16 * Math.floor(first / 64), Math.floor(low / 16) + 16 * Math.floor(second / 64)];
}
