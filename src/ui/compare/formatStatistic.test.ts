import { describe, expect, it } from "vitest";
import { formatStatistic } from "./formatStatistic";

describe("formatStatistic", () => {
  it("writes value and error with the digits that the error leaves meaning", () => {
    expect(formatStatistic({ value: 0.03449, error: 0.0021, n: 100 })).toBe("0.0345\u00a0±\u00a00.0021");
  });

  it("writes no minus before what rounds to nothing", () => {
    expect(formatStatistic({ value: -0.0002, error: 0.016, n: 100 })).toBe("0.000\u00a0±\u00a00.016");
    expect(formatStatistic({ value: -0.0132, error: 0.016, n: 100 })).toBe("-0.013\u00a0±\u00a00.016");
  });
});
