/** Source bytes of a unit as they are kept. */
import type { FormatId, QuantizableFormat } from "../../shared/quant";
import { quantize } from "../model/quantize/quantize";
import { toFloats } from "../model/readRows";
import { isConverted, type Unit } from "./keptLayout";

/** @throws ConversionError for a value that the format cannot hold */
export function convertUnit(unit: Unit, bytes: Uint8Array): Uint8Array {
  const { tensor } = unit;
  if (!isConverted(tensor)) return bytes;
  const floats = toFloats(bytes, tensor.source.type.toLowerCase() as FormatId);
  return quantize(floats, tensor.type.toLowerCase() as QuantizableFormat, tensor.name);
}
