import { describe, expect, it } from "vitest";
import { type ByteSource, memorySource } from "../files/byteSource";
import type { TensorEntry } from "./tensorSource";
import { TransposedRows } from "./transposedRows";

/** [columns, rows] as stored: value = 100 * column + row. */
const [ROWS, COLUMNS] = [12, 8];

function counted(): { entry: TensorEntry; bytesRead: () => number } {
  const values = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => 100 * Math.floor(i / ROWS) + (i % ROWS));
  const memory = memorySource(new Uint8Array(values.buffer), "weights.bin");
  let bytes = 0;
  const source: ByteSource = {
    ...memory,
    read: (start, length, signal) => {
      bytes += length;
      return memory.read(start, length, signal);
    },
  };
  const info = { name: "conv", shape: [COLUMNS, ROWS], type: "F32", start: 0, sizeBytes: values.byteLength };
  return { entry: { info, source }, bytesRead: () => bytes };
}

async function readAll(rows: TransposedRows, entry: TensorEntry, step: number): Promise<number[]> {
  const values: number[] = [];
  for (let first = 0; first < ROWS; first += step) {
    const bytes = await rows.read(entry, COLUMNS, first, Math.min(step, ROWS - first));
    values.push(...new Float32Array(bytes.slice().buffer));
  }
  return values;
}

const EXPECTED = Array.from({ length: ROWS * COLUMNS }, (_, i) => 100 * (i % COLUMNS) + Math.floor(i / COLUMNS));
const WHOLE = ROWS * COLUMNS * 4;

describe("rows of a matrix that lies the other way round", () => {
  it.each([
    [1, WHOLE, 1],
    [5, WHOLE, 1],
    // Room for 6 of the 12 rows: the file is read twice.
    [3, WHOLE / 2, 2],
    // Less room than is asked for at once: once for each piece.
    [4, 1, 3],
  ])("%d at a time, holding %d bytes, read the file %d times", async (step, heldBytes, times) => {
    const { entry, bytesRead } = counted();
    expect(await readAll(new TransposedRows(undefined, heldBytes), entry, step)).toEqual(EXPECTED);
    expect(bytesRead()).toBe(times * WHOLE);
  });

  it("are those of the tensor asked for, not of the one held", async () => {
    const rows = new TransposedRows(undefined);
    const [one, two] = [counted(), counted()];
    await rows.read(one.entry, COLUMNS, 0, 4);
    await rows.read(two.entry, COLUMNS, 0, 4);
    expect(two.bytesRead()).toBe(WHOLE);
  });

  it("cannot be taken from blocks", async () => {
    const { entry } = counted();
    const info = { ...entry.info, type: "Q8_0" };
    await expect(new TransposedRows(undefined).read({ ...entry, info }, COLUMNS, 0, 4)).rejects.toMatchObject({
      name: "UnsupportedModelError",
      message: expect.stringContaining('"conv"'),
    });
  });
});
