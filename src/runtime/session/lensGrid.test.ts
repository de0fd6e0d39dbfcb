/** The grid of the logit lens against float64 decoders that end after each layer. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../gpu/device";
import type { OpenedModel } from "../openModel";
import { openTestGpu } from "../testing/kernelHarness";
import { referenceForward } from "../testing/referenceForward";
import { softmax } from "../testing/softmax";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { scoreLogits } from "./inspect";
import { lensGrid } from "./lensGrid";
import { Session } from "./session";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});
let opened: OpenedModel;
let session: Session;
afterEach(async () => {
  await session.close();
  opened.model.destroy();
});

const LAYERS = 3;
const model = syntheticLlama({ num_hidden_layers: LAYERS });
const IDS = Array.from({ length: 30 }, (_, i) => (i * 7) % 90);

async function open(): Promise<void> {
  opened = await openSynthetic(gpu, model);
  // Several chunks, the last one incomplete.
  session = await Session.create(opened.model, { capacity: 60, precision: "f32", prefillRows: 8 });
  await session.prefill(IDS);
}

describe("the lens as a grid", () => {
  it("is what shorter models say, at every position, and leaves the cache", async () => {
    await open();
    const [start, count, follow] = [5, 19, 41];
    const grid = (await lensGrid(opened, session, start, count, follow)) ?? expect.fail();
    for (let stage = 0; stage <= LAYERS; stage++) {
      const shorter = { ...model, spec: { ...model.spec, blocks: model.spec.blocks.slice(0, stage) } };
      const rows = referenceForward(shorter, IDS).map(softmax);
      for (let i = 0; i < count; i++) {
        const expected = rows[start + i] as number[];
        const at = stage * count + i;
        const top = grid.tokens[grid.cells[at] as number]?.id ?? -1;
        expect(top).toBe(expected.indexOf(Math.max(...expected)));
        expect(Math.abs((grid.probabilities[at] as number) - (expected[top] as number))).toBeLessThan(1e-4);
        expect(Math.abs((grid.followed?.[at] ?? 0) - (expected[follow] as number))).toBeLessThan(1e-4);
      }
    }
    expect(session.cachedItems).toEqual(IDS);
    expect(new Set(grid.cells).size).toBe(grid.tokens.length);
  });

  it("ends with the model's own logits", async () => {
    await open();
    const grid = (await lensGrid(opened, session, 0, IDS.length, null)) ?? expect.fail();
    expect(grid.followed).toBeNull();
    await scoreLogits(session, IDS, (position, logits) => {
      const at = LAYERS * IDS.length + position;
      const own = softmax(logits);
      const top = grid.tokens[grid.cells[at] as number]?.id ?? -1;
      expect(top).toBe(own.indexOf(Math.max(...own)));
      expect(Math.abs((grid.probabilities[at] as number) - (own[top] as number))).toBeLessThan(2e-6);
    });
  });

  it.each([
    [-1, 4, null],
    [28, 4, null],
    [0, 0, null],
    [0, 4, 5000],
  ])("refuses positions from %d, %d of them, following %s", async (start, count, follow) => {
    await open();
    await expect(lensGrid(opened, session, start, count, follow)).rejects.toMatchObject({
      name: "InvalidSettingError",
    });
  });
});
