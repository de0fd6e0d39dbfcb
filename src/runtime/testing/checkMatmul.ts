/** What every test of a matmul variant does. */

import { expect } from "vitest";
import type { Activation } from "../../shared/modelSpec";
import type { FormatId } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { linearVectors } from "../kernels/linearVectors";
import { type MatmulVariant, matmul } from "../kernels/matmul";
import { matmulReference } from "../kernels/matmul.reference";
import { paddedStride } from "../kernels/weightMatrix";
import { expectClose } from "./allclose";
import { type TestMatrixRequest, testMatrix } from "./blocks";
import { KernelHarness, padRows } from "./kernelHarness";
import { SeededRandom } from "./random";

/** What lies in y beforehand: tells untouched elements, and what `add` adds to. */
const BEFORE = 3;

export interface MatmulCase extends TestMatrixRequest {
  readonly T: number;
  readonly bias?: boolean;
  readonly epilogue?: "store" | "add";
  readonly activation?: Activation;
}

/** One matmul against the float64 reference. */
export async function checkMatmul(gpu: Gpu, variant: MatmulVariant, request: MatmulCase): Promise<void> {
  const { T, rows, columns, epilogue = "store", activation = null } = request;
  const random = new SeededRandom(T * 10_000 + rows);
  const harness = new KernelHarness(gpu);
  const { matrix, weights } = testMatrix(harness, random, request);
  const x = random.normals(T * columns);
  const bias = request.bias === true ? random.normals(rows, 0.5) : null;
  // Columns beyond the rows of W, and one row beyond T, must stay as they are.
  const yStride = paddedStride(rows + 1);
  const y = harness.filled((T + 1) * yStride, BEFORE);
  const dispatches = await matmul(gpu, {
    label: "test",
    matrix,
    vectors: linearVectors(harness.scope, "test", 0, null, bias),
    step: harness.step(3, T),
    x: harness.buffer(padRows(x, T, columns, paddedStride(columns))),
    y,
    yStride,
    epilogue,
    activation,
    variant,
  });
  expect(dispatches).toHaveLength(matrix.parts.length);
  harness.run(dispatches, T);
  const actual = await harness.floats(y, (T + 1) * yStride);
  harness.clear();

  const { values, magnitudes } = matmulReference({ rows, columns, weights, x, bias, activation }, T);
  const before = epilogue === "add" ? BEFORE : 0;
  const expected = new Float64Array(actual.length).fill(BEFORE);
  const tolerance = new Float64Array(actual.length);
  // Weights rounded to 11 bits: half a unit each. Some devices cut instead, and flush what is below 2^-14.
  const rounding = variant === "tiled_f16" ? 2 ** -10 : 0;
  for (let t = 0; t < T; t++) {
    for (let r = 0; r < rows; r++) {
      const value = values[t * rows + r] as number;
      expected[t * yStride + r] = value + before;
      // As for matvec: 4e-7 of sum |w x|, at most 1.13 times as much after an activation, whose exp adds 4e-7 (1 + |x|).
      const ofExp = activation === null ? 0 : 4e-7 * (1 + Math.abs(value)) * Math.abs(value);
      const ofSum = (4e-7 + rounding) * 1.13 * (magnitudes[t * rows + r] as number);
      tolerance[t * yStride + r] = ofSum + ofExp + 2 ** -23 * (before + Math.abs(value)) + 1e-9;
    }
  }
  expectClose(actual, expected, tolerance, `matmul ${variant} ${request.formats} ${T}x${rows}x${columns} ${epilogue}`);
}

/** Every format once, with every epilogue somewhere: the tiled shader takes software adapters seconds to compile. */
export const MATMUL_CASES: Record<FormatId, Partial<MatmulCase>> = {
  f32: {},
  f16: { bias: true },
  bf16: { bias: true, activation: "silu" },
  q8_0: { bias: true, epilogue: "add" },
  q4_0: { activation: "gelu_tanh" },
  q4_1: { activation: "gelu_erf" },
  q5_0: { activation: "relu" },
  q5_1: { epilogue: "add" },
  q2_k: { bias: true },
  q3_k: { epilogue: "add" },
  q4_k: { bias: true, activation: "silu" },
  q5_k: { epilogue: "add" },
  q6_k: { bias: true },
  iq4_nl: { activation: "relu" },
  iq4_xs: {},
  mxfp4: { bias: true },
};
