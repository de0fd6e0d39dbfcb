/** Numbers to f32, f16 or bf16, as files hold them. */
import type { FormatId } from "../../../shared/quant";
import { floatToBrainFloat } from "../half";
import { checkedHalf } from "./blockWriter";

export type FullPrecision = Extract<FormatId, "f32" | "f16" | "bf16">;

/**
 * Each value is rounded once, to the nearest of the format.
 * @param tensor named when a value does not fit
 * @throws ConversionError for a finite value beyond f16
 */
export function writeFullPrecision(
  values: Float32Array | Float64Array,
  format: FullPrecision,
  tensor: string,
): Uint8Array {
  if (format === "f32") return new Uint8Array(new Float32Array(values).buffer);
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    view.setUint16(i * 2, format === "f16" ? checkedHalf(value, tensor) : floatToBrainFloat(value), true);
  }
  return bytes;
}
