import { describe, expect, it } from "vitest";
import { WEIGHT_SCALES } from "../../shared/attentionMap";
import { legendTicks, scaled } from "./colorScale";

describe("a legend of colours", () => {
  it.each(WEIGHT_SCALES)("names weights where the %s scale puts them, the strongest colour's last", (scale) => {
    for (const most of [1, 0.37, 0.001]) {
      const ticks = legendTicks(scale, most);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.at(-1)).toEqual({ at: 1, label: `${Number((most * 100).toPrecision(2))} %` });
      for (const { at, label } of ticks) {
        expect(scaled(Number.parseFloat(label) / 100 / most, scale)).toBeCloseTo(at, 1);
      }
    }
  });

  it("leaves out what would run into its neighbour", () => {
    expect(legendTicks("sqrt", 1).map(({ label }) => label)).toEqual(["0 %", "1 %", "5 %", "25 %", "50 %", "100 %"]);
    expect(legendTicks("sqrt", 0.001).length).toBeLessThan(6);
  });
});
