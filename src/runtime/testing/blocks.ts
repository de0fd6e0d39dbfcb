/** Weight matrices of random file blocks, on the GPU and as the numbers they stand for. */
import { type FormatId, fileBytes, QUANT_FORMATS } from "../../shared/quant";
import { dequantize } from "../kernels/dequantize.reference";
import type { MatrixPart, WeightMatrix } from "../kernels/weightMatrix";
import { floatToBrainFloat, floatToHalf } from "../model/half";
import { splitPlane } from "../model/matrixLoader";
import type { KernelHarness } from "./kernelHarness";
import type { SeededRandom } from "./random";

/**
 * Where a block keeps its halves d and, in formats with a minimum, m or dmin.
 * Formats of other scales (plain floats, mxfp4) have none.
 */
export const SCALE_HALVES: { readonly [K in FormatId]: readonly number[] } = {
  f32: [],
  f16: [],
  bf16: [],
  q8_0: [0],
  q4_0: [0],
  q4_1: [0, 2],
  q5_0: [0],
  q5_1: [0, 2],
  q2_k: [80, 82],
  q3_k: [108],
  q4_k: [0, 2],
  q5_k: [0, 2],
  q6_k: [208],
  iq4_nl: [0],
  iq4_xs: [0],
  mxfp4: [],
};

/** Size of a random block's weights in units of its d. */
const SPREAD: { readonly [K in FormatId]?: number } = {
  q8_0: 74,
  q4_0: 4.6,
  q4_1: 4.6,
  q5_0: 9.2,
  q5_1: 9.2,
  q2_k: 17,
  q3_k: 42,
  q4_k: 300,
  q5_k: 600,
  q6_k: 1365,
  iq4_nl: 70,
  iq4_xs: 1290,
};

/** The least number of columns, at least that many, that the format can hold. */
export function wholeBlocks(format: FormatId, columns: number): number {
  const { blockSize } = QUANT_FORMATS[format];
  return Math.ceil(columns / blockSize) * blockSize;
}

/** Bytes of a GGUF tensor of that format whose weights have a deviation of about 0.05. */
export function randomBlocks(format: FormatId, count: number, random: SeededRandom): Uint8Array {
  const { blockSize, blockBytes } = QUANT_FORMATS[format];
  const bytes = random.bytes(fileBytes(QUANT_FORMATS[format], count));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += blockBytes) {
    switch (format) {
      case "f32":
        view.setFloat32(at, 0.05 * random.normal(), true);
        break;
      case "f16":
        view.setUint16(at, floatToHalf(0.05 * random.normal()), true);
        break;
      case "bf16":
        view.setUint16(at, floatToBrainFloat(0.05 * random.normal()), true);
        break;
      case "mxfp4":
        view.setUint8(at, 121 + random.integer(3));
        break;
      default: {
        // Bytes after the scales stay random: any pattern of them is a value.
        const d = (0.05 / (SPREAD[format] ?? 1)) * (0.5 + random.uniform()) * (random.uniform() < 0.5 ? -1 : 1);
        const [first = 0, second] = SCALE_HALVES[format];
        view.setUint16(at + first, floatToHalf(d), true);
        // A minimum of its own, or one that is multiplied by whole numbers as d is.
        const m = blockSize === 32 ? 0.05 * random.normal() : 3 * d * random.uniform();
        if (second !== undefined) view.setUint16(at + second, floatToHalf(m), true);
      }
    }
  }
  return bytes;
}

export interface TestMatrix {
  readonly matrix: WeightMatrix;
  /** [rows, columns] */
  readonly weights: Float32Array;
}

export interface TestMatrixRequest {
  readonly formats: readonly FormatId[];
  readonly rows: number;
  readonly columns: number;
  /** Rows of each part; all rows in one part when absent. Formats are taken in turn. */
  readonly partRows?: readonly number[];
}

export function testMatrix(harness: KernelHarness, random: SeededRandom, request: TestMatrixRequest): TestMatrix {
  const { rows, columns, formats } = request;
  const weights = new Float32Array(rows * columns);
  const parts: MatrixPart[] = [];
  let rowStart = 0;
  for (const [index, count] of (request.partRows ?? [rows]).entries()) {
    const id = formats[index % formats.length] as FormatId;
    const format = QUANT_FORMATS[id];
    const blocks = randomBlocks(id, count * columns, random);
    weights.set(dequantize(blocks, id), rowStart * columns);
    const planes: Partial<Record<"quants" | "highBits" | "scales", GPUBuffer>> = {};
    for (const plane of format.planes) {
      const bytes = splitPlane(blocks, format, plane, count, columns);
      planes[plane.name] = harness.buffer(new Uint32Array(bytes.buffer));
    }
    parts.push({ format: id, rowStart, rows: count, planes });
    rowStart += count;
  }
  if (rowStart !== rows) throw new Error("the parts do not add up to the rows");
  return { matrix: { label: "test matrix", rows, columns, parts }, weights };
}
