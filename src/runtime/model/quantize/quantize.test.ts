import { describe, expect, it } from "vitest";
import { QUANT_FORMATS, QUANTIZABLE, type QuantizableFormat } from "../../../shared/quant";
import { dequantize, halfValue } from "../../kernels/dequantize.reference";
import { expectClose } from "../../testing/allclose";
import { SeededRandom } from "../../testing/random";
import { floatToHalf } from "../half";
import { quantize } from "./quantize";

/** 32 values: those given, then zeros. */
function block(...values: number[]): Float32Array {
  const all = new Float32Array(32);
  all.set(values);
  return all;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

describe("blocks by hand", () => {
  it("q8_0: d = 127 / 127 = 1 is 3c00, then signed bytes", () => {
    const bytes = quantize(block(127, -127, 1, -1, 0, 2, -3, 64), "q8_0", "w");
    expect(hex(bytes)).toBe(`003c${"7f8101ff0002fd40"}${"00".repeat(24)}`);
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

  it("q4_0: a positive extreme turns the sign of the scale", () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => -2 * ((i % 16) - 8));
    // d = -2 is c000; 16 is 0, 14 is 1, down to -14, which is 15.
    const nibbles = Array.from({ length: 16 }, (_, i) => i.toString(16).repeat(2)).join("");
    expect(hex(quantize(values, "q4_0", "w"))).toBe(`00c0${nibbles}`);
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

const random = new SeededRandom(1);
const COUNT = 24;
const scales = Float32Array.from({ length: COUNT }, () => 10 ** (random.uniform() * 6 - 4));
const values = random.normals(COUNT * 256).map((value, i) => value * (scales[Math.floor(i / 256)] as number));

function squaredError(a: Float32Array, b: ArrayLike<number>): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);
}

/** Nearest of evenly spaced values from the lowest to the highest of each group: no format can be asked for more. */
function evenSteps(group: number, levels: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += group) {
    const run = values.subarray(start, start + group);
    const low = Math.min(...run);
    const step = (Math.max(...run) - low) / (levels - 1);
    for (let i = 0; i < group; i++) out[start + i] = low + step * Math.round(((run[i] as number) - low) / step);
  }
  return out;
}

describe("least error", () => {
  // Against exact scales of a whole group with its exact minimum. Symmetric formats waste part of their range, and
  // whole-number scales cost some; least squares wins some back.
  it.each([
    ["q8_0", 32, 256, 1.2],
    ["q6_k", 16, 64, 1.2],
    ["q5_1", 32, 32, 0.95],
    ["q5_k", 32, 32, 1],
    ["q5_0", 32, 32, 1.15],
    ["q4_1", 32, 16, 0.95],
    ["q4_k", 32, 16, 1],
    ["q4_0", 32, 16, 1.15],
    ["q3_k", 16, 8, 1.15],
    ["q2_k", 16, 4, 0.95],
  ] as const)(
    "%s: groups of %d, %d levels: RMS error at most %d of even steps from lowest to highest",
    (format, group, levels, share) => {
      const back = dequantize(quantize(values, format, "w"), format);
      const ratio = Math.sqrt(squaredError(values, back) / squaredError(values, evenSteps(group, levels)));
      expect(ratio).toBeLessThan(share);
      // And the bound is near: nothing here is exact.
      expect(ratio).toBeGreaterThan(0.7 * share);
    },
  );

  it("more bits, less error", () => {
    const order = ["q8_0", "q6_k", "q5_1", "q5_k", "q5_0", "q4_1", "q4_k", "q4_0", "q3_k", "q2_k"] as const;
    const bits = [8, 6, 5, 5, 5, 4, 4, 4, 3, 2];
    const errors = order.map((format) => squaredError(values, dequantize(quantize(values, format, "w"), format)));
    for (const [i, error] of errors.entries()) {
      for (let j = 0; j < i; j++) if ((bits[j] as number) > (bits[i] as number)) expect(errors[j]).toBeLessThan(error);
    }
  });
});

const BLOCKED = QUANTIZABLE.filter((format) => QUANT_FORMATS[format].blockSize > 1);

describe.each(BLOCKED)("%s", (format: QuantizableFormat) => {
  it("gives zeros for zeros", () => {
    const back = dequantize(quantize(new Float32Array(512), format, "w"), format);
    expect(back.every((value) => value === 0)).toBe(true);
  });

  it("keeps one value everywhere, positive or negative, to the rounding of its scale", () => {
    for (const value of [1, -1, 0.3, -37]) {
      const back = dequantize(quantize(new Float32Array(256).fill(value), format, "w"), format);
      // Two roundings to 11 bits.
      for (const got of back) expect(Math.abs(got / value - 1)).toBeLessThan(2 ** -10);
    }
  });

  it("keeps what the format can hold exactly", () => {
    // Steps of a half-power of two, both ends of the range within each group of 16, all scales alike.
    const { low, high } = {
      q8_0: { low: -127, high: 127 },
      q6_k: { low: -32, high: 31 },
      q5_k: { low: -16, high: 15 },
      q5_1: { low: -16, high: 15 },
      q5_0: { low: -16, high: 15 },
      q4_k: { low: -8, high: 7 },
      q4_1: { low: -8, high: 7 },
      q4_0: { low: -8, high: 7 },
      q3_k: { low: -4, high: 3 },
      q2_k: { low: -2, high: 1 },
    }[format as Exclude<QuantizableFormat, "f32" | "f16" | "bf16">];
    const draw = new SeededRandom(2);
    const exact = Float32Array.from({ length: 512 }, (_, i) => {
      const q = i % 16 === 3 ? low : i % 16 === 8 ? high : low + draw.integer(high - low + 1);
      return q / 64;
    });
    const back = dequantize(quantize(exact, format, "w"), format);
    const worst = exact.reduce((most, value, i) => Math.max(most, Math.abs(value - (back[i] as number))), 0);
    // Whole-number scales times a half: 63 d is a half-power of two to 11 bits.
    expect(worst).toBeLessThan((2 ** -10 * Math.max(high, -low)) / 64 + 1e-12);
  });

  it("takes values that are not numbers without an end", () => {
    const damaged = values.slice(0, 256);
    damaged.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 5);
    expect(quantize(damaged, format, "w")).toHaveLength(
      (256 / QUANT_FORMATS[format].blockSize) * QUANT_FORMATS[format].blockBytes,
    );
  });
});

describe("floats", () => {
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
  });
});
