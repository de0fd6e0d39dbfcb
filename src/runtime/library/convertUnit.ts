/** Source bytes of a unit as they are kept. */
import type { FormatId, QuantizableFormat } from "../../shared/quant";
import { type ConvertRows, convertHere } from "../model/convertRows";
import { isConverted, type Unit } from "./keptLayout";

/** @throws ConversionError for a value that the format cannot hold */
export async function convertUnit(
  { tensor }: Unit,
  bytes: Uint8Array,
  convert: ConvertRows = convertHere,
): Promise<Uint8Array> {
  if (!isConverted(tensor)) return bytes;
  const [from, to] = [tensor.source.type, tensor.type].map((type) => type.toLowerCase());
  return convert(bytes, from as FormatId, to as QuantizableFormat, tensor.name);
}
