import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { VisionSpec } from "../../shared/modelSpec";
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { openTestGpu } from "../testing/kernelHarness";
import { SeededRandom } from "../testing/random";
import { filterTaps, type ResizeFilter } from "../vision/filterTaps";
import { ImageProcessor } from "../vision/imageProcessor";
import type { RgbImage } from "../vision/rgbImage";
import { seePicture } from "./seePicture";

let gpu: Gpu;
let scope: BufferScope;
beforeAll(async () => {
  gpu = await openTestGpu();
  scope = new BufferScope(gpu);
});
afterEach(() => scope.destroy());

const gray = (width: number, height: number, values: readonly number[]): RgbImage => ({
  width,
  height,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});
const reds = ({ data }: RgbImage): number[] => [...data].filter((_, i) => i % 3 === 0);

function resize(image: RgbImage, width: number, height: number, filter: ResizeFilter): Promise<RgbImage> {
  const plan = {
    ...{ width, height, resizedWidth: width, resizedHeight: height, cropLeft: 0, cropTop: 0 },
    across: filterTaps(filter, image.width, width, { start: 0, count: width }),
    down: filterTaps(filter, image.height, height, { start: 0, count: height }),
  };
  return seePicture(gpu, image, plan, scope.storage("seen", width * height * 4));
}

describe("seePicture resizes", () => {
  it.each(["box", "bilinear", "bicubic", "lanczos"] as const)("nothing of the same size: %s", async (filter) => {
    const image: RgbImage = { width: 7, height: 5, data: new SeededRandom(3).bytes(105) as RgbImage["data"] };
    expect(await resize(image, 7, 5, filter)).toEqual(image);
  });

  it("averages when halving with a box, half up", async () => {
    expect(reds(await resize(gray(4, 1, [0, 1, 10, 20]), 2, 1, "box"))).toEqual([1, 15]);
    expect(reds(await resize(gray(1, 4, [0, 1, 10, 20]), 1, 2, "box"))).toEqual([1, 15]);
  });

  it("widens the filter when shrinking: a triangle over three pixels of four", async () => {
    // Centre 2 of 4, reach 4: weights 1.25, 1.75, 1.75, 1.25 of 8 times 2.
    const expected = Math.round((0 * 5 + 100 * 7 + 200 * 7 + 40 * 5) / 24);
    expect(reds(await resize(gray(4, 1, [0, 100, 200, 40]), 1, 1, "bilinear"))).toEqual([expected]);
  });

  it("never leaves the bytes where a cubic overshoots", async () => {
    const edge = gray(8, 1, [0, 0, 0, 0, 255, 255, 255, 255]);
    const grown = reds(await resize(edge, 32, 1, "bicubic"));
    expect(Math.min(...grown)).toBe(0);
    expect(Math.max(...grown)).toBe(255);
    expect(grown.slice(0, 8)).toEqual(Array(8).fill(0));
  });

  it("rounds to bytes between the passes", async () => {
    // Rows first: (0 + 1) / 2 is rounded up to 1, so the average of 1 and 0 is 1, not the 0 that 0.25 would give.
    expect(reds(await resize(gray(2, 2, [0, 1, 0, 0]), 1, 1, "box"))).toEqual([1]);
  });

  it("keeps channels apart, in more than one band", async () => {
    // 3000 x 1500 pixels of 4 bytes are more than a band.
    const [width, height] = [3000, 1500];
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        data.set([x < 1500 ? 10 : 20, y < 500 ? 100 : y < 1000 ? 150 : 200, 30], (y * width + x) * 3);
    }
    const { data: seen } = await resize({ width, height, data }, 2, 3, "box");
    expect([...seen]).toEqual([10, 100, 30, 20, 100, 30, 10, 150, 30, 20, 150, 30, 10, 200, 30, 20, 200, 30]);
  });
});

describe("seePicture crops", () => {
  /** Red tells the column, green the row. */
  const picture: RgbImage = {
    width: 9,
    height: 4,
    data: Uint8Array.from(
      Array.from({ length: 108 }, (_, i) => {
        const pixel = Math.floor(i / 3);
        return [pixel % 9, Math.floor(pixel / 9), 0][i % 3] as number;
      }),
    ),
  };

  it("the middle of what the shorter edge fits (CLIP)", async () => {
    const plan = ImageProcessor.from({}, { imageSize: 4, classRow: true } as VisionSpec).plan(picture);
    const seen = await seePicture(gpu, picture, plan, scope.storage("seen", 64));
    expect(reds(seen).slice(0, 4)).toEqual([2, 3, 4, 5]);
    expect([...seen.data].filter((_, i) => i % 12 === 1)).toEqual([0, 1, 2, 3]);
  });
});
