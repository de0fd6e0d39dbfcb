import { describe, expect, it } from "vitest";
import { closeness, expectClose } from "./allclose";

describe("expectClose", () => {
  it("reports the largest error and its share of the tolerance", () => {
    expect(closeness([1, 2.5, 3], [1, 2, 3], 1)).toEqual({ maxError: 0.5, maxShare: 0.5, worst: 1 });
    expect(closeness([1, 2.5, 3.1], [1, 2, 3], [1, 1, 0.01]).worst).toBe(2);
  });

  it("refuses what is too far, not a number, or of another length", () => {
    expect(() => expectClose([1, 2.5], [1, 2], 0.4, "pair")).toThrow(/pair: \[1\] of 2 is 2.5, expected 2/);
    expect(() => expectClose([Number.NaN], [1], 10)).toThrow();
    expect(() => expectClose([Infinity], [1], 10)).toThrow();
    expect(() => expectClose([1.1], [1], 0)).toThrow();
    expect(() => expectClose([], [1], 1)).toThrow(/0 values were given, 1 expected/);
  });

  it("accepts what is within", () => {
    expect(() => expectClose([1, 2.5], [1, 2], 0.5)).not.toThrow();
    expect(() => expectClose([0], [-0], 0)).not.toThrow();
  });
});
