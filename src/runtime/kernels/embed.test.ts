import { beforeAll, describe, expect, it } from "vitest";
import { FORMAT_IDS, QUANT_FORMATS } from "../../shared/quant";
import type { Gpu } from "../gpu/device";
import { expectClose } from "../testing/allclose";
import { type TestMatrixRequest, testMatrix, wholeBlocks } from "../testing/blocks";
import { KernelHarness, openTestGpu, padRows } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { embed } from "./embed";
import { embedReference } from "./embed.reference";
import { paddedStride } from "./weightMatrix";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const UNTOUCHED = 9;

/** @param context learned positions; null without */
async function check(
  request: TestMatrixRequest,
  tokens: readonly number[],
  position: number,
  context: number | null,
): Promise<void> {
  const { columns } = request;
  const random = new SeededRandom(columns);
  const harness = new KernelHarness(gpu);
  const { matrix, weights } = testMatrix(harness, random, request);
  const stride = paddedStride(columns);
  const positions = context === null ? null : random.normals(context * columns);
  const rows = tokens.length;
  const hidden = harness.filled((rows + 1) * stride, UNTOUCHED);
  const dispatches = await embed(gpu, {
    table: matrix,
    positions: positions && harness.buffer(padRows(positions, context ?? 0, columns, stride)),
    step: harness.step(position, rows),
    // Ids behind the step's rows are left over from earlier ones.
    tokens: harness.buffer(Uint32Array.of(...tokens, 1, 2, 0)),
    hidden,
  });
  expect(dispatches).toHaveLength(matrix.parts.length);
  harness.run(dispatches, rows);
  const actual = await harness.floats(hidden, (rows + 1) * stride);
  harness.clear();
  const values = embedReference(weights, columns, tokens, position, positions);
  const expected = padRows(values, rows + 1, columns, stride);
  expected.fill(UNTOUCHED, rows * stride);
  // A look-up is exact; a sum with the position is rounded once, and so is the reference here.
  expectClose(actual, expected, 0, `embed ${request.formats}`);
}

describe("embed", () => {
  it.each(FORMAT_IDS)("%s rows, with and without learned positions", async (format) => {
    const columns = QUANT_FORMATS[format].blockSize === 1 ? 41 : wholeBlocks(format, 96);
    await check({ formats: [format], rows: 13, columns }, [12, 0, 5, 5, 7], 0, null);
    await check({ formats: [format], rows: 13, columns }, [0, 12, 3], 4, 7);
  });

  it.each([1, 2, 63, 65, 130])("%d tokens", async (count) => {
    const tokens = Array.from({ length: count }, (_, t) => (t * 7) % 11);
    await check({ formats: ["f32"], rows: 11, columns: 33 }, tokens, 2, count + 2);
  });

  it("finds rows in every part of a split table, of several formats", async () => {
    const split = { formats: ["q8_0", "f16"], rows: 21, columns: 64, partRows: [3, 10, 8] } as const;
    const everyRow = Array.from({ length: 21 }, (_, row) => 20 - row);
    await check(split, everyRow, 0, null);
    await check(split, everyRow, 1, 30);
  });
});
