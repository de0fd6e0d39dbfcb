import { beforeAll, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import { KernelHarness, openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { imagePatches } from "./imagePatches";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

it.each([
  ["patches that fill the picture", 12, 4, 0],
  ["a rest at the right and at the bottom, behind a class row", 14, 4, 1],
])("imagePatches: %s", async (_, side, patch, firstRow) => {
  const harness = new KernelHarness(gpu);
  const random = new SeededRandom(side);
  const picture = Uint32Array.from({ length: side * side }, () => Math.floor(random.uniform() * 2 ** 24));
  const levels = random.normals(768, 1);
  const across = Math.floor(side / patch);
  const stride = 3 * patch ** 2 + 8;
  const count = (firstRow + across ** 2) * stride;
  const patches = harness.filled(count, 9);
  const buffers = { picture: harness.buffer(picture), levels: harness.buffer(levels), patches };
  harness.run([await imagePatches(gpu, { side, patch, firstRow, stride, ...buffers })]);
  const actual = await harness.floats(patches);
  harness.clear();
  const expected = new Float32Array(count).fill(9);
  for (let y = 0; y < across * patch; y++) {
    for (let x = 0; x < across * patch; x++) {
      const row = firstRow + Math.floor(y / patch) * across + Math.floor(x / patch);
      for (let channel = 0; channel < 3; channel++) {
        const byte = ((picture[y * side + x] as number) >> (8 * channel)) & 255;
        const column = (channel * patch + (y % patch)) * patch + (x % patch);
        expected[row * stride + column] = levels[channel * 256 + byte] as number;
      }
    }
  }
  expect([...actual]).toEqual([...expected]);
});
