/**
 * The one description of every weight format: how a block lies in a GGUF file, which aligned planes it is
 * split into on the GPU, and what it computes. Loader, kernels, memory estimates and the UI all read it.
 *
 * Block layouts: ggml-common.h of the GGUF reference implementation; its K formats join eight or sixteen groups in a
 * block of 256, whose scales are whole numbers times one or two halves. A format is a row here, a shader
 * `shaders/lib/quant_<id>.wgsl` and a reference in `runtime/kernels/dequantize.reference.ts`.
 */

/** Every kernel walks a weight row in blocks of this many weights; rows are padded to it with zeros. */
export const GPU_BLOCK = 32;

/** Runs of bytes of each file block, joined into one contiguous GPU array. */
export interface QuantPlane {
  /** Name of the WGSL binding. */
  readonly name: "quants" | "highBits" | "scales";
  /** First byte in the file block and number of bytes, of each run. */
  readonly runs: readonly (readonly [fileOffset: number, bytes: number])[];
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
  /** How the file block is split. Planes of one block are aligned to 4 bytes only jointly: see `matrixLoader.ts`. */
  readonly planes: readonly QuantPlane[];
  /** What one weight is, in words of the block's fields. */
  readonly formula: string;
}

export const FORMAT_IDS = [
  "f32",
  "f16",
  "bf16",
  "q8_0",
  "q4_0",
  "q4_1",
  "q5_0",
  "q5_1",
  "q2_k",
  "q3_k",
  "q4_k",
  "q5_k",
  "q6_k",
  "iq4_nl",
  "iq4_xs",
  "mxfp4",
] as const;
export type FormatId = (typeof FORMAT_IDS)[number];

type Row = Omit<QuantFormat, "id">;

const ROWS: { readonly [K in FormatId]: Row } = {
  f32: {
    label: "32-bit float",
    ggufType: 0,
    blockSize: 1,
    blockBytes: 4,
    planes: [{ name: "quants", runs: [[0, 4]] }],
    formula: "w",
  },
  f16: {
    label: "16-bit float",
    ggufType: 1,
    blockSize: 1,
    blockBytes: 2,
    planes: [{ name: "quants", runs: [[0, 2]] }],
    formula: "w",
  },
  bf16: {
    label: "16-bit brain float",
    ggufType: 30,
    blockSize: 1,
    blockBytes: 2,
    planes: [{ name: "quants", runs: [[0, 2]] }],
    formula: "w",
  },
  q8_0: {
    label: "8-bit",
    ggufType: 8,
    blockSize: 32,
    blockBytes: 34,
    planes: [
      { name: "scales", runs: [[0, 2]] },
      { name: "quants", runs: [[2, 32]] },
    ],
    formula: "d * q, q in -128..127",
  },
  q4_0: {
    label: "4-bit",
    ggufType: 2,
    blockSize: 32,
    blockBytes: 18,
    planes: [
      { name: "scales", runs: [[0, 2]] },
      { name: "quants", runs: [[2, 16]] },
    ],
    formula: "d * (q - 8), q in 0..15",
  },
  q4_1: {
    label: "4-bit with minimum",
    ggufType: 3,
    blockSize: 32,
    blockBytes: 20,
    planes: [
      { name: "scales", runs: [[0, 4]] },
      { name: "quants", runs: [[4, 16]] },
    ],
    formula: "d * q + m, q in 0..15",
  },
  q5_0: {
    label: "5-bit",
    ggufType: 6,
    blockSize: 32,
    blockBytes: 22,
    planes: [
      { name: "scales", runs: [[0, 2]] },
      { name: "highBits", runs: [[2, 4]] },
      { name: "quants", runs: [[6, 16]] },
    ],
    formula: "d * (q - 16), q in 0..31",
  },
  q5_1: {
    label: "5-bit with minimum",
    ggufType: 7,
    blockSize: 32,
    blockBytes: 24,
    planes: [
      { name: "scales", runs: [[0, 4]] },
      { name: "highBits", runs: [[4, 4]] },
      { name: "quants", runs: [[8, 16]] },
    ],
    formula: "d * q + m, q in 0..31",
  },
  q2_k: {
    label: "2-bit K",
    ggufType: 10,
    blockSize: 256,
    blockBytes: 84,
    planes: [
      {
        name: "scales",
        runs: [
          [80, 4],
          [0, 16],
        ],
      },
      { name: "quants", runs: [[16, 64]] },
    ],
    formula: "d * s * q - dmin * m, q in 0..3, s and m in 0..15 for each 16 weights",
  },
  q3_k: {
    label: "3-bit K",
    ggufType: 11,
    blockSize: 256,
    blockBytes: 110,
    planes: [
      { name: "scales", runs: [[96, 14]] },
      { name: "highBits", runs: [[0, 32]] },
      { name: "quants", runs: [[32, 64]] },
    ],
    formula: "d * (s - 32) * (q - 4), q in 0..7, s in 0..63 for each 16 weights",
  },
  q4_k: {
    label: "4-bit K",
    ggufType: 12,
    blockSize: 256,
    blockBytes: 144,
    planes: [
      { name: "scales", runs: [[0, 16]] },
      { name: "quants", runs: [[16, 128]] },
    ],
    formula: "d * s * q - dmin * m, q in 0..15, s and m in 0..63 for each 32 weights",
  },
  q5_k: {
    label: "5-bit K",
    ggufType: 13,
    blockSize: 256,
    blockBytes: 176,
    planes: [
      { name: "scales", runs: [[0, 16]] },
      { name: "highBits", runs: [[16, 32]] },
      { name: "quants", runs: [[48, 128]] },
    ],
    formula: "d * s * q - dmin * m, q in 0..31, s and m in 0..63 for each 32 weights",
  },
  q6_k: {
    label: "6-bit K",
    ggufType: 14,
    blockSize: 256,
    blockBytes: 210,
    planes: [
      { name: "scales", runs: [[192, 18]] },
      { name: "highBits", runs: [[128, 64]] },
      { name: "quants", runs: [[0, 128]] },
    ],
    formula: "d * s * (q - 32), q in 0..63, s in -128..127 for each 16 weights",
  },
  iq4_nl: {
    label: "4-bit, uneven steps",
    ggufType: 20,
    blockSize: 32,
    blockBytes: 18,
    planes: [
      { name: "scales", runs: [[0, 2]] },
      { name: "quants", runs: [[2, 16]] },
    ],
    formula: "d * table[q], q in 0..15",
  },
  iq4_xs: {
    label: "4-bit K, uneven steps",
    ggufType: 23,
    blockSize: 256,
    blockBytes: 136,
    planes: [
      { name: "scales", runs: [[0, 8]] },
      { name: "quants", runs: [[8, 128]] },
    ],
    formula: "d * (s - 32) * table[q], q in 0..15, s in 0..63 for each 32 weights",
  },
  mxfp4: {
    label: "4-bit float (MX)",
    ggufType: 39,
    blockSize: 32,
    blockBytes: 17,
    planes: [
      { name: "scales", runs: [[0, 1]] },
      { name: "quants", runs: [[1, 16]] },
    ],
    formula: "2^(e - 127) * q, q a 4-bit float",
  },
};

export const QUANT_FORMATS = Object.fromEntries(FORMAT_IDS.map((id) => [id, { id, ...ROWS[id] }])) as {
  readonly [K in FormatId]: QuantFormat;
};

/** Bytes of a plane that one file block fills. */
export function planeBytes(plane: QuantPlane): number {
  return plane.runs.reduce((sum, [, bytes]) => sum + bytes, 0);
}

/** Bytes of that many values, whole blocks of them, as a file holds them. */
export function fileBytes(format: Pick<QuantFormat, "blockSize" | "blockBytes">, values: number): number {
  return (values / format.blockSize) * format.blockBytes;
}

/** Bits per weight as stored: 4.5 for q4_0, 8.5 for q8_0. */
export function bitsPerWeight(format: QuantFormat): number {
  return (format.blockBytes * 8) / format.blockSize;
}

/** Bytes of one matrix row on the GPU, padding to whole blocks of 32 included. */
export function gpuRowBytes(format: QuantFormat, columns: number): number {
  const padded = Math.ceil(columns / GPU_BLOCK) * GPU_BLOCK;
  return fileBytes(format, padded);
}

/** Formats that a full-precision tensor can be turned into on load. */
export const QUANTIZABLE = [
  "f32",
  "f16",
  "bf16",
  "q8_0",
  "q4_0",
  "q6_k",
  "q5_k",
  "q5_1",
  "q5_0",
  "q4_k",
  "q4_1",
  "q3_k",
  "q2_k",
] as const satisfies readonly FormatId[];
export type QuantizableFormat = (typeof QUANTIZABLE)[number];

/** What the person picks: keep the file's formats, or convert full-precision tensors on load. */
export type Level = "stored" | Exclude<QuantizableFormat, "bf16">;
export const LEVELS: readonly Level[] = ["stored", ...QUANTIZABLE.filter((format) => format !== "bf16")];

/** What takes a K format's place in tensors whose columns do not fill blocks of 256: llama.cpp's choice. */
const FALLBACKS: { readonly [K in FormatId]?: QuantizableFormat } = {
  q6_k: "q8_0",
  q5_k: "q5_1",
  q4_k: "q5_0",
  q3_k: "q4_0",
  q2_k: "q4_0",
};

/** The format itself where it can hold rows of so many columns, else what takes its place; 16 bit as the last resort. */
export function fittingFormat(format: QuantizableFormat, columns: number): QuantizableFormat {
  if (columns % QUANT_FORMATS[format].blockSize === 0) return format;
  const fallback = FALLBACKS[format];
  return fallback === undefined ? "f16" : fittingFormat(fallback, columns);
}

/** Changes whenever the quantizer's output for the same input would: part of the cache key of kept planes. */
export const QUANTIZER_VERSION = 2;
