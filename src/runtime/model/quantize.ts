/** Full-precision rows to the blocks of a format, byte for byte as a GGUF file holds them. */
import { VitrineError } from "../../shared/errors";
import { type FormatId, QUANT_FORMATS } from "../../shared/quant";
import { floatToBrainFloat, floatToHalf, halfToFloat } from "./half";

/** Formats that a full-precision tensor can be turned into on load. */
export const QUANTIZABLE = ["f32", "f16", "bf16", "q8_0", "q4_0"] as const satisfies readonly FormatId[];
export type QuantizableFormat = (typeof QUANTIZABLE)[number];

/**
 * @param values whole blocks of the format
 * @param tensor named when a value does not fit
 * @throws ConversionError for a finite value beyond f16
 */
export function quantize(values: Float32Array, format: QuantizableFormat, tensor: string): Uint8Array {
  if (format === "f32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  const { blockSize, blockBytes } = QUANT_FORMATS[format];
  const out = new Uint8Array((values.length / blockSize) * blockBytes);
  const view = new DataView(out.buffer);
  switch (format) {
    case "f16":
      for (let i = 0; i < values.length; i++) view.setUint16(i * 2, checkedHalf(values[i] as number, tensor), true);
      break;
    case "bf16":
      for (let i = 0; i < values.length; i++) view.setUint16(i * 2, floatToBrainFloat(values[i] as number), true);
      break;
    case "q8_0":
      for (let b = 0; b < values.length / 32; b++) quantizeQ8(values, b * 32, view, b * blockBytes, tensor);
      break;
    case "q4_0":
      for (let b = 0; b < values.length / 32; b++) quantizeQ4(values, b * 32, view, b * blockBytes, tensor);
      break;
  }
  return out;
}

function checkedHalf(value: number, tensor: string): number {
  const half = floatToHalf(value);
  if ((half & 0x7fff) === 0x7c00 && Number.isFinite(value)) {
    throw new VitrineError(
      "ConversionError",
      `Tensor "${tensor}" holds ${value}, beyond the largest 16-bit float (65504). Load it as stored, as f32 or as q8_0.`,
    );
  }
  return half;
}

/** d = largest magnitude / 127, q = round(w / d). */
function quantizeQ8(values: Float32Array, start: number, view: DataView, at: number, tensor: string): void {
  let largest = 0;
  for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[start + i] as number));
  const half = checkedHalf(largest / 127, tensor);
  const d = halfToFloat(half);
  const inverse = d === 0 ? 0 : 1 / d;
  view.setUint16(at, half, true);
  for (let i = 0; i < 32; i++) {
    const q = Math.round((values[start + i] as number) * inverse);
    view.setInt8(at + 2 + i, Math.max(-128, Math.min(127, q)));
  }
}

/** d maps the value of largest magnitude to -8, the end of the range that reaches further. */
function quantizeQ4(values: Float32Array, start: number, view: DataView, at: number, tensor: string): void {
  let extreme = 0;
  for (let i = 0; i < 32; i++) {
    const value = values[start + i] as number;
    if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  }
  const half = checkedHalf(extreme / -8, tensor);
  const d = halfToFloat(half);
  const inverse = d === 0 ? 0 : 1 / d;
  view.setUint16(at, half, true);
  const nibble = (i: number): number =>
    Math.max(0, Math.min(15, Math.round((values[start + i] as number) * inverse) + 8));
  for (let j = 0; j < 16; j++) view.setUint8(at + 2 + j, nibble(j) | (nibble(j + 16) << 4));
}
