/** Where one file block is written. */
import { VitrineError } from "../../../shared/errors";
import { floatToHalf } from "../half";

export class BlockWriter {
  private at = 0;
  private readonly view: DataView;

  /** @param bytes zeros, as many as all blocks have @param tensor named when a value does not fit */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly tensor: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  moveTo(at: number): void {
    this.at = at;
  }

  setByte(offset: number, value: number): void {
    this.bytes[this.at + offset] = value;
  }

  addBits(offset: number, bits: number): void {
    this.bytes[this.at + offset] = (this.bytes[this.at + offset] as number) | bits;
  }

  setHalf(offset: number, half: number): void {
    this.view.setUint16(this.at + offset, half, true);
  }

  /** Bits of the nearest half. @throws ConversionError for a finite value beyond f16 */
  half(value: number): number {
    return checkedHalf(value, this.tensor);
  }
}

/** Bits of the nearest half. @throws ConversionError for a finite value beyond f16 */
export function checkedHalf(value: number, tensor: string): number {
  const half = floatToHalf(value);
  if ((half & 0x7fff) === 0x7c00 && Number.isFinite(value)) {
    throw new VitrineError(
      "ConversionError",
      `Tensor "${tensor}" holds ${value}, beyond the largest 16-bit float (65504). Load it as stored, as f32 or as q8_0.`,
    );
  }
  return half;
}
