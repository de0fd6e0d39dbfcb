import { describe, expect, it } from "vitest";
import { patchWeights, sharedMost, sinkPatches } from "./imageMass";

const weights = (...values: number[]) => Float32Array.from(values);

describe("attention over pictures", () => {
  it("has one scale for all pictures, whichever of them is looked at most", () => {
    const [little, much] = [weights(0.01, 0.02), weights(0.25, 0)];
    expect(sharedMost([little, much])).toBe(0.25);
    expect(sharedMost([much, little])).toBe(0.25);
  });

  it("leaves pictures unlit that are hardly looked at", () => {
    expect(sharedMost([weights(1e-6, 2e-6)])).toBe(0.001);
    expect(sharedMost([])).toBe(0.001);
  });

  it("takes a picture's patches out of a token's row, masked ones as nothing", () => {
    expect([...patchWeights(weights(0.5, 0.25, Number.NaN, 0.125, 0.5), 1, 3)]).toEqual([0.25, 0, 0.125]);
  });

  it("marks patches that get more than five times the mean, and no other", () => {
    const even = new Array(20).fill(0.01);
    expect(sinkPatches(weights(...even))).toEqual([]);
    // Of a mean of 0.02 each: 0.21 is above 0.1, 0.095 is not.
    expect(sinkPatches(weights(...even.slice(0, 18).fill(0.005), 0.215, 0.095))).toEqual([18]);
    expect(sinkPatches(weights(Number.NaN, ...even.slice(0, 9).fill(0), 0.1))).toEqual([10]);
    expect(sinkPatches(weights(0, 0, 0))).toEqual([]);
  });
});
