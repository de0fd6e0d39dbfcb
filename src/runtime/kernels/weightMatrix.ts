/** A weight matrix on the GPU, as kernels bind it: one dispatch for each part. */
import { type FormatId, GPU_BLOCK, type QuantPlane } from "../../shared/quant";
import type { Binding } from "../gpu/dispatch";

/** Rows of one format that fit one set of bindings: all rows, unless formats differ or the binding limit is small. */
export interface MatrixPart {
  readonly format: FormatId;
  readonly rowStart: number;
  readonly rows: number;
  readonly planes: Readonly<Partial<Record<QuantPlane["name"], GPUBuffer>>>;
}

export interface WeightMatrix {
  readonly label: string;
  /** Output features. */
  readonly rows: number;
  /** Input features, without padding. */
  readonly columns: number;
  readonly parts: readonly MatrixPart[];
}

/** Blocks of 32 per row, the last one padded with zeros. */
export function blocksPerRow(columns: number): number {
  return Math.ceil(columns / GPU_BLOCK);
}

/** Elements from one activation row to the next: padding stays zero, so whole blocks can be read. */
export function paddedStride(columns: number): number {
  return blocksPerRow(columns) * GPU_BLOCK;
}

/** The three plane slots in the order every shader declares them. */
export function planeBindings(part: MatrixPart): Binding[] {
  return [part.planes.quants ?? null, part.planes.scales ?? null, part.planes.highBits ?? null];
}
