import { beforeAll, describe, it } from "vitest";
import type { Activation } from "../../shared/modelSpec";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { gate } from "./gate";
import { gateReference } from "./gate.reference";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const UNTOUCHED = 9;

/** @param deviation of gate and up */
async function check(activation: Activation, rows: number, width: number, deviation: number): Promise<void> {
  const harness = new KernelHarness(gpu);
  const xStride = paddedStride(2 * width);
  const yStride = paddedStride(width);
  const x = new SeededRandom(width).normals(rows * xStride, deviation);
  const y = harness.filled((rows + 1) * yStride, UNTOUCHED);
  const dispatch = await gate(gpu, {
    label: "test",
    activation,
    width,
    step: harness.step(2, rows),
    x: harness.buffer(x),
    xStride,
    upOffset: width,
    y,
    yStride,
  });
  harness.run([dispatch], rows);
  const actual = await harness.floats(y, (rows + 1) * yStride);
  harness.clear();
  const expected = new Float64Array(actual.length).fill(UNTOUCHED);
  const tolerance = new Float64Array(actual.length);
  for (let t = 0; t < rows; t++) {
    const gates = x.subarray(t * xStride, t * xStride + width);
    const ups = x.subarray(t * xStride + width, t * xStride + 2 * width);
    expected.set(gateReference(activation, gates, ups), t * yStride);
    for (let f = 0; f < width; f++) {
      const [g, up] = [gates[f] as number, ups[f] as number];
      // exp is off by up to 3 + 2 |x| units in the last place; erf and tanh near -1 cancel, so by 2e-7 of |gate up|.
      tolerance[t * yStride + f] =
        4e-7 * (1 + Math.abs(g)) * Math.abs(expected[t * yStride + f] as number) + 4e-7 * Math.abs(g * up) + 1e-12;
    }
  }
  expectClose(actual, expected, tolerance, `gate ${activation} ${rows}x${width}`);
}

describe("gate", () => {
  it.each(["silu", "gelu_tanh", "gelu_erf", "relu"] as const)("%s over ordinary values", async (activation) => {
    await check(activation, 5, 67, 2);
  });

  it.each(["silu", "gelu_tanh", "gelu_erf", "relu"] as const)("%s over values of hundreds", async (activation) => {
    await check(activation, 3, 500, 100);
  });

  it.each([
    [1, 1],
    [1, 63],
    [2, 65],
    [9, 257],
  ])("%d rows of %d", async (rows, width) => {
    await check("silu", rows, width, 1);
  });
});
