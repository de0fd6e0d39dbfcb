/** A tensor's bytes with its adapter in them, computed as they are read: nothing of the merged matrix is held. */
import type { ByteSource } from "../files/byteSource";
import type { SourcedTensor } from "../files/safetensors";
import { numElements } from "../files/tensorInfo";
import { type FullPrecision, writeFullPrecision } from "../model/quantize/fullPrecision";
import { formatOf, readVector, toFloats } from "../model/readRows";
import type { LoraModule } from "./loraAdapter";

/** A and B of the matrix that is being read, in f32. */
interface Factors {
  readonly module: LoraModule;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** One at a time is held for a whole adapter: matrices are read one after the other. */
export class HeldFactors {
  private held: Promise<Factors> | null = null;
  private of: LoraModule | null = null;

  get(module: LoraModule, signal?: AbortSignal): Promise<Factors> {
    if (this.held !== null && this.of === module) return this.held;
    this.of = module;
    this.held = read(module, signal);
    this.held.catch(() => {
      if (this.of === module) this.of = null;
    });
    return this.held;
  }
}

async function read(module: LoraModule, signal?: AbortSignal): Promise<Factors> {
  const [a, b] = [module.a, module.b].map((tensor) => {
    const source = new Map([[tensor.name, { info: tensor, source: tensor.source }]]);
    return readVector(source, { name: tensor.name }, numElements(tensor.shape), signal);
  }) as [Promise<Float32Array>, Promise<Float32Array>];
  return { module, a: await a, b: await b };
}

/**
 * Byte 0 is the tensor's first. W + scale B A is summed in f64 and rounded once to the tensor's own type, so that a
 * merged model takes what the model took.
 * @throws ConversionError while it is read, for a sum beyond f16 where that is the type
 * @param base [out, in], or [in, out] where `fanInFanOut`; f32, f16 or bf16
 */
export function mergedSource(
  base: SourcedTensor,
  module: LoraModule,
  { scale, fanInFanOut }: { readonly scale: number; readonly fanInFanOut: boolean },
  held: HeldFactors,
): ByteSource {
  const { id, blockBytes } = formatOf({ info: base, source: base.source });
  const format = id as FullPrecision;
  const columns = base.shape[1] as number;
  const rowBytes = columns * blockBytes;
  return {
    name: base.source.name,
    sizeBytes: base.sizeBytes,
    async read(start, length, signal) {
      const [first, last] = [Math.floor(start / rowBytes), Math.ceil((start + length) / rowBytes)];
      const bytes = await base.source.read(base.start + first * rowBytes, (last - first) * rowBytes, signal);
      const stored = toFloats(bytes, format);
      const factors = await held.get(module, signal);
      const out = new Uint8Array((last - first) * rowBytes);
      const row = new Float64Array(columns);
      for (let r = first; r < last; r++) {
        row.set(stored.subarray((r - first) * columns, (r - first + 1) * columns));
        if (fanInFanOut) addColumn(row, factors, r, scale);
        else addRow(row, factors, r, scale);
        out.set(writeFullPrecision(row, format, base.name), (r - first) * rowBytes);
      }
      return out.subarray(start - first * rowBytes, start - first * rowBytes + length);
    },
  };
}

/** Row `o` of scale B A: over the inputs. */
function addRow(row: Float64Array, { module, a, b }: Factors, o: number, scale: number): void {
  const [r = 0, inputs = 0] = module.a.shape;
  for (let k = 0; k < r; k++) {
    const factor = scale * (b[o * r + k] as number);
    if (factor === 0) continue;
    for (let i = 0; i < inputs; i++) row[i] = (row[i] as number) + factor * (a[k * inputs + i] as number);
  }
}

/** Column `i` of scale B A: over the outputs. */
function addColumn(row: Float64Array, { module, a, b }: Factors, i: number, scale: number): void {
  const [r = 0, inputs = 0] = module.a.shape;
  for (let k = 0; k < r; k++) {
    const factor = scale * (a[k * inputs + i] as number);
    if (factor === 0) continue;
    for (let o = 0; o < row.length; o++) row[o] = (row[o] as number) + factor * (b[o * r + k] as number);
  }
}
