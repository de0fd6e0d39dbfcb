import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BACKGROUND, COLOURS, SHAPES, SIZES, WORLD_SIDE } from "./world";

const world = JSON.parse(readFileSync(join(import.meta.dirname, "../../../training/world.json"), "utf8"));

test("drawings use what the bundled model was trained on", () => {
  expect(WORLD_SIDE).toBe(world.imageSize);
  expect(BACKGROUND).toEqual(world.background.rgb);
  expect(COLOURS).toEqual(world.colours);
  expect(Object.keys(SHAPES)).toEqual(Object.keys(world.shapes));
  for (const size of ["small", "large"] as const) {
    const [least, most] = world.sizes[size];
    expect(SIZES[size]).toBeGreaterThanOrEqual(least);
    expect(SIZES[size]).toBeLessThanOrEqual(most);
  }
  expect(SIZES.huge).toBeLessThanOrEqual(world.single.large[1]);
});
