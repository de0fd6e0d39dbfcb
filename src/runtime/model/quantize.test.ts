import { describe, expect, it } from "vitest";
import { dequantize, halfValue } from "../kernels/dequantize.reference";
import { expectClose } from "../testing/allclose";
import { SeededRandom } from "../testing/random";
import { floatToHalf } from "./half";
import { QUANTIZABLE, quantize } from "./quantize";

/** 32 values: those given, then zeros. */
function block(...values: number[]): Float32Array {
  const all = new Float32Array(32);
  all.set(values);
  return all;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

describe("blocks by hand", () => {
  it("q8_0: d = 127 / 127 = 1 is 3c00, then signed bytes", () => {
    const bytes = quantize(block(127, -127, 1, -1, 0.4, 0.6, -0.4, 63.7), "q8_0", "w");
    expect(hex(bytes)).toBe(`003c${"7f8101ff00010040"}${"00".repeat(24)}`);
  });

  it("q8_0: zeros have the scale 0", () => {
    expect(hex(quantize(block(), "q8_0", "w"))).toBe("00".repeat(34));
  });

  it("q4_0: the value of largest magnitude becomes -8; low nibbles hold the first 16 columns", () => {
    const values = block(-8, 7, 1, -1);
    values[16] = 3;
    values[17] = -8;
    // d = 1; quants 0, 15, 9, 7 and 8 for zero; high nibbles 11, 0 and 8.
    expect(hex(quantize(values, "q4_0", "w"))).toBe(`003c${"b00f8987"}${"88".repeat(12)}`);
  });

  it("q4_0: a positive extreme turns the sign of the scale, and its mirror image is cut at 15", () => {
    // d = 16 / -8 = -2 is c000; 16 -> -8 -> 0, -16 -> 8, cut to 7 -> 15; 2 -> -1 -> 7.
    expect(hex(quantize(block(16, -16, 2), "q4_0", "w"))).toBe(`00c0${"808f87"}${"88".repeat(13)}`);
  });

  it("q4_0: zeros", () => {
    const back = dequantize(quantize(block(), "q4_0", "w"), "q4_0");
    expect(back.every((value) => value === 0)).toBe(true);
  });

  it("floats: little-endian bits", () => {
    expect(hex(quantize(Float32Array.of(1, -2), "f32", "w"))).toBe("0000803f000000c0");
    expect(hex(quantize(Float32Array.of(1, -2), "f16", "w"))).toBe("003c00c0");
    expect(hex(quantize(Float32Array.of(1, -2, 1 / 3), "bf16", "w"))).toBe("803f00c0ab3e");
  });
});

describe("round trips", () => {
  const random = new SeededRandom(1);
  const count = 400;
  const scales = Float32Array.from({ length: count }, () => 10 ** (random.uniform() * 6 - 4));
  const values = random.normals(count * 32).map((value, i) => value * (scales[Math.floor(i / 32)] as number));
  const largest = (b: number): number =>
    Math.max(...Array.from(values.subarray(b * 32, b * 32 + 32), (value) => Math.abs(value)));

  /** @param bound of |error| for a block whose largest magnitude is given */
  function expectWithin(format: "q8_0" | "q4_0", bound: (largest: number) => number): void {
    const back = dequantize(quantize(values, format, "w"), format);
    let worst = 0;
    for (let i = 0; i < values.length; i++) {
      const error = Math.abs((back[i] as number) - (values[i] as number));
      worst = Math.max(worst, error / bound(largest(Math.floor(i / 32))));
    }
    expect(worst).toBeLessThanOrEqual(1);
    // And the bound says something: errors come close to it.
    expect(worst).toBeGreaterThan(0.8);
  }

  // d is a half: 2^-11 of itself off, or 2^-25 where it is subnormal; times the 127 or 8 steps to the largest value.
  it("q8_0 is off by half a step, and by what rounding the scale costs", () => {
    expectWithin("q8_0", (m) => m / 254 + Math.max(m * 2 ** -11, 127 * 2 ** -25));
  });

  it("q4_0 is off by half a step; by a whole one at the end of the range that reaches less far", () => {
    expectWithin("q4_0", (m) => m / 8 + Math.max(m * 2 ** -11, 8 * 2 ** -25));
    const back = dequantize(quantize(values, "q4_0", "w"), "q4_0");
    let worst = 0;
    for (let i = 0; i < values.length; i++) {
      const b = Math.floor(i / 32);
      const extreme = Array.from(values.subarray(b * 32, b * 32 + 32)).find((v) => Math.abs(v) === largest(b)) ?? 0;
      // Values on the far side of -7.5 steps cannot be reached.
      if (((values[i] as number) / extreme) * -8 > 7.4) continue;
      const bound = largest(b) / 16 + largest(b) * 2 ** -10 + 2 ** -21;
      worst = Math.max(worst, Math.abs((back[i] as number) - (values[i] as number)) / bound);
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it("f32 is exact; f16 and bf16 lose 2^-11 and 2^-8 at most, by half a unit", () => {
    expect(dequantize(quantize(values, "f32", "w"), "f32")).toEqual(values);
    const halves = dequantize(quantize(values, "f16", "w"), "f16");
    const brains = dequantize(quantize(values, "bf16", "w"), "bf16");
    expect(halves).toEqual(values.map((value) => halfValue(floatToHalf(value))));
    expectClose(
      halves,
      values,
      values.map((value) => Math.abs(value) * 2 ** -11 + 2 ** -25),
    );
    expectClose(
      brains,
      values,
      values.map((value) => Math.abs(value) * 2 ** -8),
    );
  });
});

describe("values that do not fit", () => {
  it("f16 names the tensor", () => {
    expect(() => quantize(Float32Array.of(1, 7e4), "f16", "blk.3.w")).toThrow(
      expect.objectContaining({ name: "ConversionError", message: expect.stringMatching(/"blk\.3\.w" holds 70000/) }),
    );
    expect(() => quantize(Float32Array.of(-65520), "f16", "w")).toThrow(/beyond/);
    expect(() => quantize(Float32Array.of(65519), "f16", "w")).not.toThrow();
  });

  it("q8_0 and q4_0 fit more, but not scales beyond a half", () => {
    expect(() => quantize(block(8e6), "q8_0", "w")).not.toThrow();
    expect(() => quantize(block(9e6), "q8_0", "w")).toThrow(/"w"/);
    expect(() => quantize(block(5e5), "q4_0", "w")).not.toThrow();
    expect(() => quantize(block(6e5), "q4_0", "w")).toThrow(/"w"/);
  });

  it("bf16 and f32 hold everything", () => {
    for (const format of ["f32", "bf16"] as const) {
      expect(() => quantize(Float32Array.of(3e38, -3e38), format, "w")).not.toThrow();
    }
    expect(QUANTIZABLE).toHaveLength(5);
  });
});
