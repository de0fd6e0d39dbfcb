/** The tower's heads: pattern times values is what the fused kernel gave, and what is shown is that pattern. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AttentionSpec } from "../../shared/modelSpec";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { type OpenedModel, openModel } from "../openModel";
import { expectClose } from "../testing/allclose";
import { openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { IMAGE_TOKENS, randomTower, tinyLlavaFolder } from "../testing/tinyLlava";
import { randomModel } from "../testing/tinyModel";
import type { RgbImage } from "../vision/rgbImage";
import { towerHead } from "./towerHead";
import { towerPattern } from "./towerPattern";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

describe.each([
  ["SigLIP", "siglip", 0],
  ["CLIP, whose class row is no patch", "clip", 1],
] as const)("a head of the vision tower (%s)", (_name, kind, first) => {
  const rows = IMAGE_TOKENS + first;
  let opened: OpenedModel;
  let hash: string;
  beforeAll(async () => {
    const files = tinyLlavaFolder(randomModel(5), randomTower(6), kind);
    const sources = [...files].map(([name, bytes]) => memorySource(bytes, name));
    opened = await openModel(gpu, await openModelFiles(sources), { level: "stored", variant: "auto" });
    const data = new SeededRandom(3).bytes(50 * 70 * 3) as RgbImage["data"];
    hash = (await opened.images?.encode({ width: 50, height: 70, data }))?.hash ?? "";
  });
  afterAll(async () => {
    await opened.images?.destroy();
    opened.model.destroy();
  });

  it("times the values is what the fused kernel handed on, and is what is shown", async () => {
    const attention = opened.model.spec.vision?.blocks[0]?.attention as AttentionSpec;
    const { numHeads: H, headDim: D } = attention;
    const met = (await opened.images?.attentionOf(hash, 0)) ?? expect.fail();
    expect(met.queries).toHaveLength(rows * H * D);
    const column = new Float64Array(IMAGE_TOKENS);
    for (let head = 0; head < H; head++) {
      column.fill(0);
      for (let row = 0; row < rows; row++) {
        const pattern = towerPattern(met, attention, head, row);
        const sums = Float64Array.from({ length: D }, (_, d) =>
          pattern.reduce((sum, weight, key) => sum + weight * (met.values[(head * rows + key) * D + d] as number), 0),
        );
        const at = (row * H + head) * D;
        expectClose(met.mixed.subarray(at, at + D), sums, 2e-5, `head ${head} row ${row}`);
        const patches = pattern.subarray(first);
        if (row >= first)
          for (const [key, weight] of patches.entries()) column[key] = (column[key] as number) + weight / IMAGE_TOKENS;
        if (row !== first + 11) continue;
        const shown = await towerHead(opened, hash, { layer: 0, head }, 11);
        expectClose(shown.looksAt, patches, 1e-6, "looks at");
        const onClassRow = shown.onClassRow ?? 0;
        expect(Math.abs(shown.looksAt.reduce((sum, weight) => sum + weight, onClassRow) - 1)).toBeLessThan(1e-5);
        // Not spread evenly: the random tower has preferences.
        expect(Math.max(...shown.looksAt)).toBeGreaterThan(2 / IMAGE_TOKENS);
        if (first === 0) expect(shown.onClassRow).toBeNull();
        else expect(onClassRow).toBeCloseTo(pattern[0] as number, 6);
      }
      const { drawn } = await towerHead(opened, hash, { layer: 0, head }, 0);
      expectClose(drawn, column, 1e-6, "drawn");
    }
  });

  it.each([
    ["a layer that is not there", { layer: 1, head: 0 }, 0],
    ["a head that is not there", { layer: 0, head: 2 }, 0],
    ["a patch that is not there", { layer: 0, head: 0 }, IMAGE_TOKENS],
  ])("refuses %s", async (_, head, patch) => {
    await expect(towerHead(opened, hash, head, patch)).rejects.toMatchObject({ name: "InvalidSettingError" });
    await expect(towerHead(opened, "other", { layer: 0, head: 0 }, 0)).rejects.toMatchObject({
      name: "InvalidSettingError",
    });
  });
});
