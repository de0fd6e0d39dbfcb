/** Bytes in full precision to the blocks of a format. */
import type { FormatId, QuantizableFormat } from "../../shared/quant";
import { quantize } from "./quantize/quantize";
import { toFloats } from "./readRows";

/**
 * `convertRows`, or the same somewhere else: on other threads.
 * @throws ConversionError for a value that the format cannot hold
 */
export type ConvertRows = (
  bytes: Uint8Array,
  from: FormatId,
  to: QuantizableFormat,
  tensor: string,
) => Promise<Uint8Array>;

/** @throws ConversionError */
export function convertRows(bytes: Uint8Array, from: FormatId, to: QuantizableFormat, tensor: string): Uint8Array {
  return quantize(toFloats(bytes, from), to, tensor);
}

/** On this thread. */
export const convertHere: ConvertRows = async (...rows) => convertRows(...rows);
