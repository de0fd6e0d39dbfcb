/** Values as the cache stores them, as plain numbers. */
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { readBuffer, readFloats } from "../gpu/readback";
import { halfToFloat } from "../model/half";

/** @param first element of the binding, even @param count even */
export async function readKept(
  gpu: Gpu,
  { buffer, offset }: { readonly buffer: GPUBuffer; readonly offset: number },
  precision: KvPrecision,
  first: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  if (precision === "f32") return readFloats(gpu, buffer, offset + first * 4, count);
  const halves = new Uint16Array(await readBuffer(gpu, buffer, offset + first * 2, count * 2));
  return Float32Array.from(halves, halfToFloat);
}
