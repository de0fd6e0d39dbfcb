import { describe, expect, it } from "vitest";
import type { VisionSpec } from "../../shared/modelSpec";
import { ImageProcessor } from "./imageProcessor";

const clip = { imageSize: 4, classRow: true } as VisionSpec;
const siglip = { imageSize: 4, classRow: false } as VisionSpec;

describe("ImageProcessor", () => {
  it("takes the middle of what the shorter edge fits (CLIP)", () => {
    const plan = ImageProcessor.from({}, clip).plan({ width: 9, height: 4 });
    expect(plan).toMatchObject({ width: 4, height: 4, resizedWidth: 9, resizedHeight: 4, cropLeft: 2, cropTop: 0 });
    expect(plan.across.map(({ first }) => first)).toEqual([1, 2, 3, 4]);
  });

  it("cuts the longer edge off to a whole number", () => {
    const plan = ImageProcessor.from({}, clip).plan({ width: 8, height: 3 });
    expect(plan).toMatchObject({ resizedWidth: 10, resizedHeight: 4 });
  });

  it("squeezes without cropping (SigLIP) and normalizes to -1..1", () => {
    const processor = ImageProcessor.from({}, siglip);
    expect(processor.plan({ width: 40, height: 7 })).toMatchObject({ resizedWidth: 4, resizedHeight: 4, cropLeft: 0 });
    for (const channel of [0, 256, 512]) {
      expect([0, 51, 255].map((byte) => processor.levels[channel + byte])).toEqual([-1, Math.fround(-0.6), 1]);
    }
  });

  it.each([
    [{ resample: 0 }, "resample 0"],
    [{ do_resize: false }, "do_resize false"],
    [{ size: { shortest_edge: 2 } }, "crop of 4 from 2"],
    [{ crop_size: { width: 4, height: 5 } }, "not square"],
    [{ crop_size: 8 }, "other than the tower's 4 x 4"],
    [{ image_mean: [1] }, "image_mean"],
    [{ size: { shortest_edge: 1e9 } }, "size.shortest_edge"],
    [{ rescale_factor: "x" }, "rescale_factor"],
  ])("refuses %o by name", (config, words) => {
    expect(() => ImageProcessor.from(config, clip)).toThrow(words);
  });
});
