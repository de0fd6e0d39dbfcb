/** The recorded example answers as a model does, in what can be worked out from it. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SessionHandle } from "../shared/protocol";
import { RecordedRuntime } from "./recordedRuntime";

const SESSION = 2 as SessionHandle;
const HEADS = [{ layer: 1, head: 2 }] as const;

let recorded: RecordedRuntime;
let length: number;
beforeAll(async () => {
  vi.stubGlobal("fetch", async (address: string) => new Response(await readFile(address)));
  recorded = await RecordedRuntime.open("public/recorded/example.json");
  length = (await recorded.readOverview(SESSION, null))?.length ?? 0;
});
afterAll(() => vi.unstubAllGlobals());

describe("a rectangle of the recording", () => {
  it("has rows that sum to one", async () => {
    const axis = { start: 0, step: 1, count: length };
    const { cells } = await recorded.readTile(SESSION, { heads: HEADS, rows: axis, keys: axis, values: "pattern" });
    for (const row of [0, 1, Math.floor(length / 2), length - 1]) {
      const weights = cells.subarray(row * length, (row + 1) * length);
      expect(Math.abs(weights.reduce((sum, weight) => sum + (weight || 0), 0) - 1)).toBeLessThan(1e-5);
      expect(weights.slice(row + 1).every(Number.isNaN)).toBe(true);
    }
  });

  it("between edges is the single tokens' rectangle, summed over keys and averaged over rows", async () => {
    const fine = { start: 0, step: 1, count: length };
    const edges = [0, 1, 5, 6, 13, length];
    const units = { start: 0, step: 1, count: edges.length - 1, edges };
    const request = { heads: HEADS, values: "pattern" } as const;
    const { cells } = await recorded.readTile(SESSION, { ...request, rows: fine, keys: fine });
    const rolled = await recorded.readTile(SESSION, { ...request, rows: units, keys: units });
    for (let i = 0; i < units.count; i++) {
      const [firstRow = 0, endRow = 0] = edges.slice(i, i + 2);
      for (let j = 0; j < units.count; j++) {
        let sum = 0;
        for (let row = firstRow; row < endRow; row++) {
          for (let key = edges[j] as number; key < (edges[j + 1] as number); key++)
            sum += cells[row * length + key] || 0;
        }
        const value = rolled.cells[i * units.count + j] as number;
        if (j > i) expect(value).toBeNaN();
        else expect(Math.abs(value - sum / (endRow - firstRow))).toBeLessThan(1e-5);
      }
    }
  });
});
