import { beforeAll, describe, expect, it } from "vitest";
import type { Activation } from "../../shared/modelSpec";
import { FORMAT_IDS, type FormatId, QUANT_FORMATS } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import { type TestMatrixRequest, testMatrix } from "../testing/blocks";
import { KernelHarness, openTestGpu, padRows } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { linearVectors } from "./linearVectors";
import { type MatmulVariant, matmul } from "./matmul";
import { matmulReference } from "./matmul.reference";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

/** What lies in y beforehand: tells untouched elements, and what `add` adds to. */
const BEFORE = 3;

interface Case extends TestMatrixRequest {
  readonly T: number;
  readonly bias?: boolean;
  readonly epilogue?: "store" | "add";
  readonly activation?: Activation;
}

async function check(variant: MatmulVariant, request: Case): Promise<void> {
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
  for (let t = 0; t < T; t++) {
    for (let r = 0; r < rows; r++) {
      const value = values[t * rows + r] as number;
      expected[t * yStride + r] = value + before;
      // As for matvec: 4e-7 of sum |w x|, at most 1.13 times as much after an activation, whose exp adds 4e-7 (1 + |x|).
      const ofExp = activation === null ? 0 : 4e-7 * (1 + Math.abs(value)) * Math.abs(value);
      const ofSum = 4e-7 * 1.13 * (magnitudes[t * rows + r] as number);
      tolerance[t * yStride + r] = ofSum + ofExp + 2 ** -23 * (before + Math.abs(value)) + 1e-9;
    }
  }
  expectClose(actual, expected, tolerance, `matmul ${variant} ${request.formats} ${T}x${rows}x${columns} ${epilogue}`);
}

/** Tokens about the tiles of 16 and 32; the pipeline stays the same. */
const TOKENS = [1, 2, 15, 16, 17, 31, 32, 33, 67];

/** Every format once, with every epilogue somewhere: the tiled shader takes software adapters seconds to compile. */
const CASES: Record<FormatId, Partial<Case>> = {
  f32: {},
  f16: { bias: true },
  bf16: { bias: true, activation: "silu" },
  q8_0: { bias: true, epilogue: "add" },
  q4_0: { activation: "gelu_tanh" },
  q4_1: { activation: "gelu_erf" },
  q5_0: { activation: "relu" },
  q5_1: { epilogue: "add" },
};

describe.each(["tiled", "register"] as const)("matmul, %s", (variant) => {
  it.each(FORMAT_IDS)("%s: odd rows, tokens about the tiles", async (format) => {
    const columns = QUANT_FORMATS[format].blockSize === 1 ? 97 : 96;
    for (const T of [1, 33, 35]) await check(variant, { formats: [format], T, rows: 67, columns, ...CASES[format] });
  });

  it.each([
    [1, 1],
    [64, 32],
    [257, 33],
  ])("f32, %d rows x %d columns", async (rows, columns) => {
    for (const T of TOKENS) await check(variant, { formats: ["f32"], T, rows, columns });
  });

  it("joins parts of several formats, odd ones too", async () => {
    const parts = { formats: ["f16", "q5_1"], rows: 90, columns: 64, partRows: [67, 23] } as const;
    for (const T of [2, 20]) await check(variant, { ...parts, T, bias: true, epilogue: "add" });
  });
});

describe("matmul, register, which compiles fast", () => {
  it.each([
    [3, 33],
    [65, 31],
    [127, 64],
    [129, 40],
    [131, 101],
  ])("f32, %d rows x %d columns", async (rows, columns) => {
    for (const T of TOKENS) await check("register", { formats: ["f32"], T, rows, columns });
  });

  it.each(["silu", "gelu_tanh", "gelu_erf", "relu"] as const)("applies %s", async (activation) => {
    await check("register", { formats: ["q8_0"], T: 5, rows: 33, columns: 64, bias: true, activation });
  });
});
