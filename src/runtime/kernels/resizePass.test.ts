import { beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { type ResizeShape, resizePass, type Taps } from "./resizePass";
import { resizeReference } from "./resizePass.reference";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const FRACTION_BITS = 22;

/** Weights that add up to 1, some of them negative, so that sums leave the bytes on both sides. */
function randomTaps(random: SeededRandom, size: number, inputSize: number): Taps[] {
  return Array.from({ length: size }, (_, i) => {
    const first = Math.floor((i * (inputSize - 4)) / size);
    const raw = Array.from({ length: 4 }, () => Math.round((random.uniform() - 0.2) * 2 ** FRACTION_BITS));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: [...raw.slice(0, 3), (raw[3] as number) + 2 ** FRACTION_BITS - sum] };
  });
}

async function check(size: number, inputSize: number, shape: Omit<ResizeShape, "size">): Promise<void> {
  const harness = new KernelHarness(gpu);
  const random = new SeededRandom(size);
  const taps = randomTaps(random, size, inputSize);
  const inputs = (shape.lines - 1) * shape.inputLine + (inputSize - 1) * shape.inputStep + 1;
  const input = Uint32Array.from({ length: inputs }, () => Math.floor(random.uniform() * 2 ** 24));
  const outputs = shape.outputStart + (shape.lines - 1) * shape.outputLine + (size - 1) * shape.outputStep + 2;
  const output = harness.buffer(new Uint32Array(outputs).fill(7));
  const request = { label: "test", taps, fractionBits: FRACTION_BITS, input: harness.buffer(input), output };
  const pass = await resizePass(harness.scope, request);
  pass.setShape({ ...shape, size });
  harness.run([pass.dispatch], size * shape.lines);
  const actual = new Uint32Array(await harness.bytes(output, outputs * 4));
  harness.clear();
  const expected = new Uint32Array(outputs).fill(7);
  resizeReference(input, expected, taps, FRACTION_BITS, { ...shape, size });
  expect([...actual]).toEqual([...expected]);
}

describe("resizePass", () => {
  it("along rows", async () => {
    await check(5, 9, { lines: 3, inputLine: 9, inputStep: 1, outputLine: 5, outputStep: 1, outputStart: 0 });
  });

  it("along columns", async () => {
    await check(70, 31, { lines: 6, inputLine: 1, inputStep: 6, outputLine: 1, outputStep: 6, outputStart: 0 });
  });

  it("to lines further down, leaving what is before and behind", async () => {
    await check(3, 8, { lines: 2, inputLine: 8, inputStep: 1, outputLine: 3, outputStep: 1, outputStart: 12 });
  });
});
