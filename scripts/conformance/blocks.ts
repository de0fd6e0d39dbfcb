/** quant-blocks-v1 and matmul-v1: raw blocks through the real loader and the real kernels. */
import { memorySource } from "../../src/runtime/files/byteSource";
import { BufferScope } from "../../src/runtime/gpu/bufferScope";
import type { Gpu } from "../../src/runtime/gpu/device";
import { readBuffer, readFloats } from "../../src/runtime/gpu/readback";
import { embed } from "../../src/runtime/kernels/embed";
import { linearVectors } from "../../src/runtime/kernels/linearVectors";
import { matmul } from "../../src/runtime/kernels/matmul";
import { matvec } from "../../src/runtime/kernels/matvec";
import { paddedStride, type WeightMatrix } from "../../src/runtime/kernels/weightMatrix";
import { STEP_BYTES } from "../../src/runtime/model/forwardBuffers";
import { chooseKernels } from "../../src/runtime/model/kernelChoice";
import { MatrixLoader } from "../../src/runtime/model/matrixLoader";
import { StepQueue } from "../../src/runtime/session/stepQueue";
import {
  beside,
  bounded,
  type CaseResult,
  type Context,
  failed,
  MATMUL_BOUND,
  readBytes,
  readFloatFile,
  readJson,
} from "./result";

interface BlocksGolden {
  readonly types: Readonly<
    Record<
      string,
      {
        readonly blocks: string;
        readonly dequant_f32: string;
        readonly block_elements: number;
        readonly n_blocks: number;
      }
    >
  >;
}

interface MatmulGolden {
  readonly rows: number;
  readonly cols: number;
  readonly batch: number;
  readonly x: string;
  readonly types: Readonly<Record<string, { readonly w: string; readonly y_exact: string }>>;
}

export async function runBlocks(context: Context): Promise<CaseResult[]> {
  const { types } = readJson<BlocksGolden>(context.path);
  const results: CaseResult[] = [];
  for (const [type, files] of Object.entries(types)) {
    results.push(
      await guarded(type, async () => {
        const elements = files.n_blocks * files.block_elements;
        // Rows of 32 columns, or of one block where blocks are longer.
        const columns = Math.max(32, files.block_elements);
        const got = await dequantized(
          context.gpu,
          type,
          readBytes(beside(context.path, files.blocks)),
          elements / columns,
          columns,
        );
        const want = new Uint32Array(readBytes(beside(context.path, files.dequant_f32)).slice().buffer);
        let different = 0;
        for (let i = 0; i < want.length; i++) if (got[i] !== want[i]) different++;
        return bounded(
          type,
          different,
          0,
          different === 0 ? "" : `${different} of ${want.length} values differ in their bits`,
        );
      }),
    );
  }
  return results;
}

export async function runMatmul(context: Context): Promise<CaseResult[]> {
  const golden = readJson<MatmulGolden>(context.path);
  const x = readFloatFile(beside(context.path, golden.x));
  const results: CaseResult[] = [];
  for (const [type, files] of Object.entries(golden.types)) {
    results.push(
      await guarded(type, async () => {
        const exact = readFloatFile(beside(context.path, files.y_exact));
        const share = await multiplyError(context, golden, type, readBytes(beside(context.path, files.w)), x, exact);
        return bounded(type, share, MATMUL_BOUND);
      }),
    );
  }
  return results;
}

async function guarded(type: string, run: () => Promise<CaseResult>): Promise<CaseResult> {
  try {
    return await run();
  } catch (error) {
    return failed(type, error instanceof Error ? error.message : String(error));
  }
}

function loadMatrix(
  scope: BufferScope,
  type: string,
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Promise<WeightMatrix> {
  const info = { name: type, shape: [rows, columns], type, start: 0, sizeBytes: bytes.byteLength };
  const tensors = new Map([[type, { info, source: memorySource(bytes, type) }]]);
  return new MatrixLoader(scope, tensors, "stored", () => {}, undefined).load(type, [{ name: type }], [rows], columns);
}

/** Bits of every value, through the embedding look-up of every row. */
async function dequantized(
  gpu: Gpu,
  type: string,
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Promise<Uint32Array> {
  const scope = new BufferScope(gpu);
  try {
    const table = await loadMatrix(scope, type, bytes, rows, columns);
    const step = scope.uniform("step", STEP_BYTES);
    gpu.device.queue.writeBuffer(step, 0, new Uint32Array([0, rows, 0, 0]));
    const tokens = scope.storageFrom(
      "tokens",
      Uint32Array.from({ length: rows }, (_, i) => i),
    );
    const hidden = scope.storage("hidden", rows * paddedStride(columns) * 4);
    const dispatches = await embed(gpu, { table, positions: null, step, tokens, hidden });
    new StepQueue(gpu, scope, step).submit([dispatches], rows);
    return new Uint32Array(await readBuffer(gpu, hidden, 0, rows * columns * 4));
  } finally {
    scope.destroy();
  }
}

/** Largest |y - exact| / sum |x w| over matrix x matrix and matrix x vector. */
async function multiplyError(
  { gpu, variant }: Context,
  { rows, cols, batch }: MatmulGolden,
  type: string,
  bytes: Uint8Array,
  x: Float32Array,
  exact: Float32Array,
): Promise<number> {
  const scope = new BufferScope(gpu);
  try {
    const choice = chooseKernels(gpu, variant);
    const matrix = await loadMatrix(scope, type, bytes, rows, cols);
    const weights = new Float32Array((await dequantized(gpu, type, bytes, rows, cols)).buffer);
    const stride = paddedStride(rows);
    const step = scope.uniform("step", STEP_BYTES);
    gpu.device.queue.writeBuffer(step, 0, new Uint32Array([0, batch, 0, 0]));
    const vectors = linearVectors(scope, type, 0, null, null);
    const input = scope.storageFrom("x", x);
    const y = scope.storage("y", batch * stride * 4);
    const shared = { label: type, matrix, vectors, activation: null } as const;
    const many = await matmul(gpu, {
      ...shared,
      step,
      x: input,
      y,
      yStride: stride,
      epilogue: "store",
      variant: choice.matmul,
    });
    const queue = new StepQueue(gpu, scope, step);
    queue.submit([many], batch);
    let worst = await worstShare(gpu, y, stride, { weights, x, exact, rows, cols }, 0, batch);
    for (let row = 0; row < batch; row++) {
      const one = scope.storageFrom("x row", x.slice(row * cols, (row + 1) * cols));
      queue.submit([await matvec(gpu, { ...shared, x: one, y, epilogue: "store", layout: choice.matvec })], 1);
      worst = Math.max(worst, await worstShare(gpu, y, stride, { weights, x, exact, rows, cols }, row, 1));
    }
    return worst;
  } finally {
    scope.destroy();
  }
}

async function worstShare(
  gpu: Gpu,
  y: GPUBuffer,
  stride: number,
  data: { weights: Float32Array; x: Float32Array; exact: Float32Array; rows: number; cols: number },
  firstRow: number,
  count: number,
): Promise<number> {
  const got = await readFloats(gpu, y, 0, count * stride);
  let worst = 0;
  for (let b = 0; b < count; b++) {
    for (let r = 0; r < data.rows; r++) {
      let size = 0;
      for (let c = 0; c < data.cols; c++) {
        size += Math.abs(
          (data.x[(firstRow + b) * data.cols + c] as number) * (data.weights[r * data.cols + c] as number),
        );
      }
      const error = Math.abs((got[b * stride + r] as number) - (data.exact[(firstRow + b) * data.rows + r] as number));
      // A row of zeros: nothing to be off from.
      const share = error === 0 ? 0 : error / size;
      if (!(share <= worst)) worst = Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
    }
  }
  return worst;
}
