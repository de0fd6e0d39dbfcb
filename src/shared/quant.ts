/**
 * The one description of every weight format: how a block lies in a GGUF file, which aligned planes it is
 * split into on the GPU, and what it computes. Loader, kernels, memory estimates and the UI all read it.
 *
 * Block layouts: ggml-common.h of the GGUF reference implementation. A format is a row here, a shader
 * `shaders/lib/quant_<id>.wgsl` and a reference in `runtime/kernels/dequantize.reference.ts`.
 */

/** Every kernel walks a weight row in blocks of this many weights; rows are padded to it with zeros. */
export const GPU_BLOCK = 32;

/** A run of bytes of each file block that becomes one contiguous GPU array. */
export interface QuantPlane {
  /** Name of the WGSL binding. */
  readonly name: "quants" | "highBits" | "scales";
  /** Where the run starts in the file block. */
  readonly fileOffset: number;
  /** Length of the run. */
  readonly bytes: number;
}

export interface QuantFormat {
  readonly id: FormatId;
  readonly label: string;
  /** Type number in a GGUF file. */
  readonly ggufType: number;
  /** Weights per file block: 1 for plain floats. */
  readonly blockSize: number;
  /** Bytes of one file block. */
  readonly blockBytes: number;
  /** How the file block is split. Planes of one block are aligned to 4 bytes only jointly: see `weights.ts`. */
  readonly planes: readonly QuantPlane[];
  /** What one weight is, in words of the block's fields. */
  readonly formula: string;
}

export const FORMAT_IDS = ["f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1"] as const;
export type FormatId = (typeof FORMAT_IDS)[number];

export const QUANT_FORMATS: { readonly [K in FormatId]: QuantFormat } = {
  f32: {
    id: "f32",
    label: "32-bit float",
    ggufType: 0,
    blockSize: 1,
    blockBytes: 4,
    planes: [{ name: "quants", fileOffset: 0, bytes: 4 }],
    formula: "w",
  },
  f16: {
    id: "f16",
    label: "16-bit float",
    ggufType: 1,
    blockSize: 1,
    blockBytes: 2,
    planes: [{ name: "quants", fileOffset: 0, bytes: 2 }],
    formula: "w",
  },
  bf16: {
    id: "bf16",
    label: "16-bit brain float",
    ggufType: 30,
    blockSize: 1,
    blockBytes: 2,
    planes: [{ name: "quants", fileOffset: 0, bytes: 2 }],
    formula: "w",
  },
  q8_0: {
    id: "q8_0",
    label: "8-bit",
    ggufType: 8,
    blockSize: 32,
    blockBytes: 34,
    planes: [
      { name: "scales", fileOffset: 0, bytes: 2 },
      { name: "quants", fileOffset: 2, bytes: 32 },
    ],
    formula: "d * q, q in -128..127",
  },
  q4_0: {
    id: "q4_0",
    label: "4-bit",
    ggufType: 2,
    blockSize: 32,
    blockBytes: 18,
    planes: [
      { name: "scales", fileOffset: 0, bytes: 2 },
      { name: "quants", fileOffset: 2, bytes: 16 },
    ],
    formula: "d * (q - 8), q in 0..15",
  },
  q4_1: {
    id: "q4_1",
    label: "4-bit with minimum",
    ggufType: 3,
    blockSize: 32,
    blockBytes: 20,
    planes: [
      { name: "scales", fileOffset: 0, bytes: 4 },
      { name: "quants", fileOffset: 4, bytes: 16 },
    ],
    formula: "d * q + m, q in 0..15",
  },
  q5_0: {
    id: "q5_0",
    label: "5-bit",
    ggufType: 6,
    blockSize: 32,
    blockBytes: 22,
    planes: [
      { name: "scales", fileOffset: 0, bytes: 2 },
      { name: "highBits", fileOffset: 2, bytes: 4 },
      { name: "quants", fileOffset: 6, bytes: 16 },
    ],
    formula: "d * (q - 16), q in 0..31",
  },
  q5_1: {
    id: "q5_1",
    label: "5-bit with minimum",
    ggufType: 7,
    blockSize: 32,
    blockBytes: 24,
    planes: [
      { name: "scales", fileOffset: 0, bytes: 4 },
      { name: "highBits", fileOffset: 4, bytes: 4 },
      { name: "quants", fileOffset: 8, bytes: 16 },
    ],
    formula: "d * q + m, q in 0..31",
  },
};

/** Bits per weight as stored: 4.5 for q4_0, 8.5 for q8_0. */
export function bitsPerWeight(format: QuantFormat): number {
  return (format.blockBytes * 8) / format.blockSize;
}

/** Bytes of one matrix row on the GPU, padding to whole blocks of 32 included. */
export function gpuRowBytes(format: QuantFormat, columns: number): number {
  const padded = Math.ceil(columns / GPU_BLOCK) * GPU_BLOCK;
  return (padded / format.blockSize) * format.blockBytes;
}

/** What the person picks: keep the file's formats, or convert full-precision tensors on load. */
export const LEVELS = ["stored", "f32", "f16", "q8_0", "q4_0"] as const;
export type Level = (typeof LEVELS)[number];

/** Changes whenever the quantizer's output for the same input would: part of the cache key of kept planes. */
export const QUANTIZER_VERSION = 1;
