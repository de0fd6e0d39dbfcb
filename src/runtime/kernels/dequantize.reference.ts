/**
 * File blocks to the numbers they stand for, block layouts as in ggml-common.h:
 *   q8_0  half d, 32 signed bytes q                       w = d q
 *   q4_0  half d, 16 bytes of two 4-bit q                 w = d (q - 8)
 *   q4_1  half d, half m, 16 bytes of two 4-bit q         w = d q + m
 *   q5_0  half d, 32 fifth bits, 16 bytes of two 4-bit q  w = d (q - 16)
 *   q5_1  half d, half m, 32 fifth bits, 16 bytes         w = d q + m
 *   iq4_nl  half d, 16 bytes of two 4-bit q               w = d table[q]
 *   mxfp4  byte e, 16 bytes of two 4-bit floats q         w = 2^(e - 127) q
 * Byte j holds column j in its low and column j + 16 in its high half; fifth bit j belongs to column j. Blocks of 256
 * are in dequantizeK.reference.ts.
 *
 * Products of a half and a small integer are exact in f32, so that only the sum with m is rounded, once.
 */
import { type FormatId, QUANT_FORMATS } from "../../shared/quant";
import { type BlockReader, kWeight, UNEVEN_STEPS } from "./dequantizeK.reference";

/** Sign, 5 bits of exponent with bias 15, 10 bits of fraction (IEEE 754 binary16). */
export function halfValue(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 1024) % 32;
  const fraction = bits % 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

export function dequantize(bytes: Uint8Array, format: FormatId): Float32Array {
  const { blockSize, blockBytes } = QUANT_FORMATS[format];
  const blocks = bytes.length / blockBytes;
  const out = new Float32Array(blocks * blockSize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let b = 0; b < blocks; b++) {
    for (let i = 0; i < blockSize; i++) out[b * blockSize + i] = weight(view, b * blockBytes, format, i);
  }
  return out;
}

function weight(view: DataView, at: number, format: FormatId, i: number): number {
  const half = (offset: number): number => halfValue(view.getUint16(at + offset, true));
  const nibble = (offset: number): number => {
    const byte = view.getUint8(at + offset + (i % 16));
    return i < 16 ? byte % 16 : Math.floor(byte / 16);
  };
  const fifth = (offset: number): number => (Math.floor(view.getUint32(at + offset, true) / 2 ** i) % 2) * 16;
  switch (format) {
    case "f32":
      return view.getFloat32(at, true);
    case "f16":
      return half(0);
    case "bf16": {
      // The upper half of an f32.
      const word = new DataView(new ArrayBuffer(4));
      word.setUint16(0, view.getUint16(at, true));
      return word.getFloat32(0);
    }
    case "q8_0":
      return half(0) * view.getInt8(at + 2 + i);
    case "q4_0":
      return half(0) * (nibble(2) - 8);
    case "q4_1":
      return half(0) * nibble(4) + half(2);
    case "q5_0":
      return half(0) * (nibble(6) + fifth(2) - 16);
    case "q5_1":
      return half(0) * (nibble(8) + fifth(4)) + half(2);
    case "iq4_nl":
      return half(0) * (UNEVEN_STEPS[nibble(2)] as number);
    case "mxfp4":
      return 2 ** (view.getUint8(at) - 127) * smallFloat(nibble(1));
    default: {
      const block: BlockReader = {
        byte: (offset) => view.getUint8(at + offset),
        signedByte: (offset) => view.getInt8(at + offset),
        half,
      };
      return kWeight(block, format, i);
    }
  }
}

/** Sign, two bits of exponent with bias 1, one bit of fraction; negative zero reads as zero. */
function smallFloat(bits: number): number {
  const sign = bits < 8 ? 1 : -1;
  const exponent = Math.floor(bits / 2) % 4;
  const fraction = bits % 2;
  if (bits % 8 === 0) return 0;
  return exponent === 0 ? sign * fraction * 0.5 : sign * (2 + fraction) * 2 ** (exponent - 2);
}
