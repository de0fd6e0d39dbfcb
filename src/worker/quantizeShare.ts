/** What goes to a converting thread and comes back. */
import { convertRows } from "../runtime/model/convertRows";
import type { FormatId, QuantizableFormat } from "../shared/quant";

export interface Share {
  readonly bytes: Uint8Array;
  readonly from: FormatId;
  readonly to: QuantizableFormat;
  readonly tensor: string;
}

export interface ConvertedShare {
  /** Null: it failed. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /** Of the error: errors of our own lose their names on the way. */
  readonly name: string;
  readonly message: string;
}

export function quantizeShare({ bytes, from, to, tensor }: Share): ConvertedShare {
  try {
    const converted = convertRows(bytes, from, to, tensor) as Uint8Array<ArrayBuffer>;
    return { bytes: converted, name: "", message: "" };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { bytes: null, name, message };
  }
}
