import { beforeAll, describe, expect, it } from "vitest";
import type { NormSpec } from "../../shared/modelSpec";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import {
  describeLayout,
  EXTREME_LAYOUTS,
  KernelHarness,
  openTestGpu,
  padRows,
  testLayouts,
  unpadRows,
} from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { linearVectors } from "./linearVectors";
import { normRows } from "./norm";
import { normReference } from "./norm.reference";
import type { Layout } from "./variants";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
let layouts: Layout[];
beforeAll(async () => {
  gpu = await openTestGpu();
  layouts = testLayouts(gpu);
});

interface Case {
  readonly spec: NormSpec;
  readonly rows: number;
  readonly columns: number;
  readonly lastRowOnly?: boolean;
  readonly mean?: number;
}

const UNTOUCHED = 9;

async function check(layout: Layout, { spec, rows, columns, lastRowOnly = false, mean = 0 }: Case): Promise<void> {
  const random = new SeededRandom(rows * 1000 + columns);
  const harness = new KernelHarness(gpu);
  const stride = paddedStride(columns);
  const x = random.normals(rows * columns, 2, mean);
  const weight = random.normals(columns, 0.2, 1);
  const bias = spec.kind === "layer" ? random.normals(columns, 0.3) : null;
  // One row more than the step has, which must stay as it is.
  const outRows = lastRowOnly ? 1 : rows;
  const y = harness.filled((outRows + 1) * stride, UNTOUCHED);
  const dispatch = await normRows(gpu, {
    label: "test",
    vectors: linearVectors(harness.scope, "test", columns, { spec, weight, bias }, null),
    columns,
    step: harness.step(5, rows),
    x: harness.buffer(padRows(x, rows, columns, stride)),
    y,
    lastRowOnly,
    layout,
  });
  harness.run([dispatch], rows);
  const all = await harness.floats(y, (outRows + 1) * stride);
  harness.clear();
  const label = `norm ${spec.kind} ${describeLayout(layout)} ${rows}x${columns}`;
  for (let out = 0; out < outRows; out++) {
    const row = lastRowOnly ? rows - 1 : out;
    const input = x.subarray(row * columns, (row + 1) * columns);
    const expected = normReference(spec, input, weight, bias);
    // Sums of squares are off by a few 2^-24, inverseSqrt by 2 units; taking off a mean costs digits of it.
    const tolerance = expected.map(
      (value, i) => 4e-7 * (Math.abs(value) + Math.abs(bias?.[i] ?? 0)) + 4e-7 * (1 + Math.abs(mean)),
    );
    expectClose(unpadRows(all.subarray(out * stride), 1, columns, stride), expected, tolerance, label);
    // Padding columns stay zero: matrices read whole blocks.
    const padding = all.subarray(out * stride + columns, (out + 1) * stride);
    expect(padding.every((value) => value === 0)).toBe(true);
  }
  const spare = all.subarray(outRows * stride);
  expect(spare.every((value) => value === UNTOUCHED)).toBe(true);
}

const SPECS: NormSpec[] = [
  { kind: "rms", eps: 1e-6 },
  { kind: "layer", eps: 1e-5 },
];

describe.each(SPECS)("$kind norm", (spec) => {
  it.each([
    [1, 1],
    [2, 31],
    [3, 32],
    [5, 33],
    [67, 96],
    [2, 1021],
  ])("%d rows of %d", async (rows, columns) => {
    for (const layout of layouts) await check(layout, { spec, rows, columns });
  });

  it("reduces with all threads of a workgroup, and with one", async () => {
    for (const layout of EXTREME_LAYOUTS) {
      await check(layout, { spec, rows: 3, columns: 2081 });
      await check(layout, { spec, rows: 67, columns: 33 });
    }
  });

  it("gives the last row alone", async () => {
    for (const layout of layouts) {
      await check(layout, { spec, rows: 1, columns: 65, lastRowOnly: true });
      await check(layout, { spec, rows: 19, columns: 65, lastRowOnly: true });
    }
  });

  it("keeps digits when the mean is far from zero", async () => {
    for (const layout of layouts) await check(layout, { spec, rows: 3, columns: 200, mean: 40 });
  });

  it("takes eps seriously", async () => {
    for (const layout of layouts) await check(layout, { spec: { ...spec, eps: 2 }, rows: 3, columns: 48 });
  });
});
