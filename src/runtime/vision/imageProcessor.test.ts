import { describe, expect, it } from "vitest";
import type { VisionSpec } from "../../shared/modelSpec";
import { ImageProcessor } from "./imageProcessor";
import type { RgbImage } from "./rgbImage";

const clip = { imageSize: 4, classRow: true } as VisionSpec;
const siglip = { imageSize: 4, classRow: false } as VisionSpec;
/** Red tells the column, green the row. */
const picture = (width: number, height: number): RgbImage => ({
  width,
  height,
  data: Uint8Array.from(
    Array.from({ length: width * height * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return [pixel % width, Math.floor(pixel / width), 0][i % 3] as number;
    }),
  ),
});

describe("ImageProcessor", () => {
  it("takes the middle of what the shorter edge fits (CLIP)", () => {
    const { seen, resizedWidth, resizedHeight, cropLeft, cropTop } = ImageProcessor.from({}, clip).process(
      picture(9, 4),
    );
    expect([resizedWidth, resizedHeight, cropLeft, cropTop]).toEqual([9, 4, 2, 0]);
    expect([...seen.data].filter((_, i) => i % 3 === 0).slice(0, 4)).toEqual([2, 3, 4, 5]);
  });

  it("cuts the longer edge off to a whole number", () => {
    expect(ImageProcessor.from({}, clip).process(picture(8, 3))).toMatchObject({ resizedWidth: 10, resizedHeight: 4 });
  });

  it("squeezes without cropping (SigLIP) and normalizes to -1..1", () => {
    const white: RgbImage = { width: 4, height: 4, data: new Uint8Array(48).fill(255) };
    const { pixels, seen, cropLeft } = ImageProcessor.from({}, siglip).process(white);
    expect(cropLeft).toBe(0);
    expect(seen).toEqual(white);
    expect([...pixels]).toEqual(Array(48).fill(1));
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
