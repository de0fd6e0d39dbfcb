import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Activation, NormSpec } from "../../shared/modelSpec";
import { FORMAT_IDS } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import { type TestMatrixRequest, testMatrix, wholeBlocks } from "../testing/blocks";
import {
  describeLayout,
  EXTREME_LAYOUTS,
  KernelHarness,
  openTestGpu,
  padRows,
  testLayouts,
} from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { activationReference } from "./activation.reference";
import { linearVectors } from "./linearVectors";
import { type MatvecEpilogue, matvec } from "./matvec";
import { linearReference } from "./matvec.reference";
import type { Layout } from "./variants";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
let layouts: Layout[];
beforeAll(async () => {
  gpu = await openTestGpu();
  layouts = testLayouts(gpu);
});

/** What lies in y beforehand: tells untouched elements, and what `add` adds to. */
const BEFORE = 3;
/** Elements of y behind the rows, which must stay as they are. */
const SPARE = 5;

interface Case extends TestMatrixRequest {
  readonly norm?: NormSpec;
  readonly bias?: boolean;
  readonly epilogue?: MatvecEpilogue;
  readonly activation?: Activation;
  /** Mean of x: large against its deviation, layer norm loses digits. */
  readonly mean?: number;
}

/**
 * Rounding to nearest errs to both sides, so that a sum in f32 is off by a few 2^-24 = 6e-8 of sum |w x| however long it
 * is: 4e-7 of it is allowed (conformance asks for 2e-6). A norm adds the same again to every x, and as much of the mean
 * in units of the deviation. Activations are no steeper than 1.13, and exp is off by up to 3 + 2 |x| units in the last
 * place: 4e-7 (1 + |x|) of |y|.
 */
async function check(layout: Layout, request: Case, seed = 1): Promise<number> {
  const { rows, columns, norm = null, epilogue = "store", activation = null } = request;
  const random = new SeededRandom(seed);
  const harness = new KernelHarness(gpu);
  const { matrix, weights } = testMatrix(harness, random, request);
  const x = random.normals(columns, 1, request.mean ?? 0);
  const normWeight = random.normals(columns, 0.2, 1);
  const normBias = random.normals(columns, 0.1);
  const bias = request.bias === true ? random.normals(rows, 0.5) : null;
  const vectors = linearVectors(
    harness.scope,
    "test",
    columns,
    norm && { spec: norm, weight: normWeight, bias: norm.kind === "layer" ? normBias : null },
    bias,
  );
  const results = epilogue === "gated" ? rows / 2 : rows;
  const y = harness.filled(results + SPARE, BEFORE);
  const dispatches = await matvec(gpu, {
    label: "test",
    matrix,
    vectors,
    x: harness.buffer(padRows(x, 1, columns, paddedStride(columns))),
    y,
    epilogue,
    activation,
    layout,
  });
  expect(dispatches).toHaveLength(matrix.parts.length);
  harness.run(dispatches);
  const all = await harness.floats(y, results + SPARE);
  harness.clear();
  expect([...all.subarray(results)]).toEqual(Array(SPARE).fill(BEFORE));

  const { values, magnitudes } = linearReference({
    rows,
    columns,
    weights,
    x,
    norm: norm && { spec: norm, weight: normWeight, bias: norm.kind === "layer" ? normBias : null },
    bias,
  });
  const share = norm === null ? 4e-7 : 8e-7 * (1 + Math.abs(request.mean ?? 0));
  const linear = magnitudes.map((magnitude) => share * magnitude + 1e-9);
  const steepness = activation === null ? 1 : 1.13;
  const act = (value: number): number => activationReference(activation, value);
  const ofExp = (value: number): number =>
    activation === null ? 0 : 4e-7 * (1 + Math.abs(value)) * Math.abs(act(value));
  const expected = new Float64Array(results);
  const tolerance = new Float64Array(results);
  for (let r = 0; r < results; r++) {
    const value = values[r] as number;
    const error = steepness * (linear[r] as number) + ofExp(value);
    if (epilogue === "gated") {
      const up = values[results + r] as number;
      expected[r] = act(value) * up;
      tolerance[r] = error * Math.abs(up) + Math.abs(act(value)) * (linear[results + r] as number) + 1e-7;
    } else {
      const before = epilogue === "add" ? BEFORE : 0;
      expected[r] = act(value) + before;
      // One more rounding of the sum.
      tolerance[r] = error + 2 ** -23 * (before + Math.abs(act(value)));
    }
  }
  const label = `matvec ${describeLayout(layout)} ${request.formats} ${rows}x${columns} ${norm?.kind ?? ""} ${epilogue}`;
  return expectClose(all.subarray(0, results), expected, tolerance, label).maxShare;
}

const RMS: NormSpec = { kind: "rms", eps: 1e-5 };
const LAYER: NormSpec = { kind: "layer", eps: 1e-5 };

describe("matvec", () => {
  it.each(FORMAT_IDS)("%s in every layout: odd rows, an odd number of blocks", async (format) => {
    const columns = wholeBlocks(format, 32 * 7);
    for (const layout of layouts) await check(layout, { formats: [format], rows: 67, columns });
  });

  it.each([
    [1, 1],
    [2, 31],
    [3, 33],
    [63, 64],
    [257, 1021],
  ])("f32 %d x %d", async (rows, columns) => {
    for (const layout of layouts) await check(layout, { formats: ["f32"], rows, columns });
  });

  it("reduces with all threads of a workgroup, and with one", async () => {
    for (const layout of EXTREME_LAYOUTS) {
      await check(layout, { formats: ["q8_0"], rows: 5, columns: 32 * 65, norm: RMS });
      await check(layout, { formats: ["f32"], rows: 67, columns: 33, norm: LAYER });
    }
  });

  it("has more rows than threads of many workgroups", async () => {
    for (const layout of layouts) await check(layout, { formats: ["q4_0"], rows: 1025, columns: 32 });
  });

  it.each([RMS, LAYER])("norms its input: $kind", async (norm) => {
    for (const layout of layouts) {
      await check(layout, { formats: ["f16"], rows: 66, columns: 33, norm, bias: true });
      await check(layout, { formats: ["q8_0"], rows: 5, columns: 544, norm });
    }
  });

  it("norms a row whose mean is far from zero", async () => {
    for (const layout of layouts) {
      await check(layout, { formats: ["f32"], rows: 9, columns: 100, norm: LAYER, mean: 30 });
      await check(layout, { formats: ["f32"], rows: 9, columns: 100, norm: RMS, mean: 30 });
    }
  });

  it("takes eps seriously", async () => {
    for (const layout of layouts) {
      await check(layout, { formats: ["f32"], rows: 6, columns: 40, norm: { kind: "rms", eps: 3 } });
      await check(layout, { formats: ["f32"], rows: 6, columns: 40, norm: { kind: "layer", eps: 3 } });
    }
  });

  it("adds a bias that no norm stands before", async () => {
    for (const layout of layouts) await check(layout, { formats: ["f32"], rows: 11, columns: 40, bias: true });
  });

  it("adds to the residual stream", async () => {
    for (const layout of layouts) {
      await check(layout, { formats: ["q5_1"], rows: 37, columns: 64, epilogue: "add", bias: true });
    }
  });

  it.each(["silu", "gelu_tanh", "gelu_erf", "relu"] as const)("applies %s", async (activation) => {
    for (const layout of layouts) {
      await check(layout, { formats: ["bf16"], rows: 35, columns: 65, norm: RMS, bias: true, activation });
      await check(layout, { formats: ["q4_1"], rows: 34, columns: 64, norm: RMS, epilogue: "gated", activation });
    }
  });

  it("gates an odd number of pairs, with biases", async () => {
    for (const layout of layouts) {
      const request = { formats: ["q5_0"], rows: 2 * 33, columns: 96, bias: true, epilogue: "gated" } as const;
      await check(layout, { ...request, activation: "silu", norm: LAYER });
      await check(layout, { ...request, rows: 2, activation: "silu" });
    }
  });

  it("joins parts of several formats, odd ones too", async () => {
    const parts = { formats: ["f16", "q8_0", "q4_0"], rows: 60, columns: 64, partRows: [33, 7, 20] } as const;
    for (const layout of layouts) {
      await check(layout, { ...parts, norm: RMS, bias: true });
      await check(layout, { ...parts, epilogue: "add" });
    }
  });

  it("refuses to gate across parts, where no workgroup sees both rows", async () => {
    const [layout] = layouts;
    const split = { formats: ["f32"], rows: 4, columns: 32, partRows: [2, 2], epilogue: "gated" } as const;
    await expect(check(layout as Layout, split)).rejects.toThrow(/cannot be split/);
  });
});

afterAll(() => gpu.device.destroy());
