import { describe, expect, it } from "vitest";
import { resizeImage } from "./resizeImage";
import type { RgbImage } from "./rgbImage";

const gray = (width: number, height: number, values: readonly number[]): RgbImage => ({
  width,
  height,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});
const reds = ({ data }: RgbImage): number[] => [...data].filter((_, i) => i % 3 === 0);

describe("resizeImage", () => {
  it("keeps a picture of the same size, as a copy", () => {
    const image = gray(2, 2, [1, 2, 3, 250]);
    const same = resizeImage(image, 2, 2, "bicubic");
    expect(same).toEqual(image);
    expect(same.data).not.toBe(image.data);
  });

  it("averages when halving with a box, half up", () => {
    expect(reds(resizeImage(gray(4, 1, [0, 1, 10, 20]), 2, 1, "box"))).toEqual([1, 15]);
    expect(reds(resizeImage(gray(1, 4, [0, 1, 10, 20]), 1, 2, "box"))).toEqual([1, 15]);
  });

  it("widens the filter when shrinking: a triangle over three pixels of four", () => {
    // Centre 2 of 4, reach 4: weights 1.25, 1.75, 1.75, 1.25 of 8 times 2.
    const expected = Math.round((0 * 5 + 100 * 7 + 200 * 7 + 40 * 5) / 24);
    expect(reds(resizeImage(gray(4, 1, [0, 100, 200, 40]), 1, 1, "bilinear"))).toEqual([expected]);
  });

  it("never leaves the bytes where a cubic overshoots", () => {
    const edge = gray(8, 1, [0, 0, 0, 0, 255, 255, 255, 255]);
    const grown = reds(resizeImage(edge, 32, 1, "bicubic"));
    expect(Math.min(...grown)).toBe(0);
    expect(Math.max(...grown)).toBe(255);
    expect(grown.slice(0, 8)).toEqual(Array(8).fill(0));
  });

  it("rounds to bytes between the passes", () => {
    // Rows first: (0 + 1) / 2 is rounded up to 1, so the average of 1 and 0 is 1, not the 0 that 0.25 would give.
    expect(reds(resizeImage(gray(2, 2, [0, 1, 0, 0]), 1, 1, "box"))).toEqual([1]);
  });
});
