import { describe, expect, it } from "vitest";
import { halfValue } from "../kernels/dequantize.reference";
import { SeededRandom } from "../testing/random";
import { floatToBrainFloat, floatToHalf, halfToFloat } from "./half";

const HALVES = Array.from({ length: 65536 }, (_, bits) => bits);
const isNaNHalf = (bits: number): boolean => (bits & 0x7fff) > 0x7c00;

const word = new DataView(new ArrayBuffer(4));
function floatBits(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}
function fromFloatBits(bits: number): number {
  word.setUint32(0, bits);
  return word.getFloat32(0);
}

/** The half nearest to a value by trying both neighbours; ties go to the even one. 2^16 stands for infinity. */
function nearestHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  const halfOrLimit = (bits: number): number => (bits === 0x7c00 ? 65536 : halfValue(bits));
  let low = 0;
  let high = 0x7c00;
  if (size >= 65536) return sign | 0x7c00;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (halfOrLimit(middle) <= size) low = middle;
    else high = middle;
  }
  const below = size - halfOrLimit(low);
  const above = halfOrLimit(high) - size;
  return sign | (below < above || (below === above && low % 2 === 0) ? low : high);
}

describe("halfToFloat", () => {
  it("is right for all 65,536 halves", () => {
    for (const bits of HALVES) {
      if (!Object.is(halfToFloat(bits), halfValue(bits))) throw new Error(`half ${bits}: ${halfToFloat(bits)}`);
    }
    expect(halfToFloat(0x3555)).toBe(0.333251953125);
    expect(halfToFloat(0x0001)).toBe(2 ** -24);
    expect(halfToFloat(0xfbff)).toBe(-65504);
    expect(Object.is(halfToFloat(0x8000), -0)).toBe(true);
  });
});

describe("floatToHalf", () => {
  it("gives back all 65,536 halves", () => {
    for (const bits of HALVES) {
      const back = floatToHalf(halfValue(bits));
      if (isNaNHalf(bits) ? !isNaNHalf(back) : back !== bits) throw new Error(`half ${bits} became ${back}`);
    }
  });

  it("rounds what lies between two halves to the nearest, ties to even, just beside ties too", () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      const next = bits + 1 === 0x7c00 ? 65536 : halfValue(bits + 1);
      const tie = (halfValue(bits) + next) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const tieBits = floatBits(tie);
      const found = [
        floatToHalf(fromFloatBits(tieBits - 1)),
        floatToHalf(tie),
        floatToHalf(fromFloatBits(tieBits + 1)),
      ];
      const wanted = [bits, even, bits + 1];
      const negative = floatToHalf(-tie);
      if (found.join() !== wanted.join() || negative !== (even | 0x8000)) {
        throw new Error(`about ${tie}: ${found}, ${negative}; expected ${wanted}`);
      }
    }
  });

  it.each([
    [0, 0],
    [-0, 0x8000],
    [2 ** -25, 0],
    [fromFloatBits(floatBits(2 ** -25) + 1), 1],
    [1e-30, 0],
    [-1e-40, 0x8000],
    [2 ** -14, 0x0400],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-65520, 0xfc00],
    [1e30, 0x7c00],
    [Infinity, 0x7c00],
    [-Infinity, 0xfc00],
    [1 / 3, 0x3555],
  ])("%d", (value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });

  it("agrees with a search for the nearest, on random bits", () => {
    const random = new SeededRandom(1);
    for (let i = 0; i < 50_000; i++) {
      const value = fromFloatBits(Math.floor(random.uniform() * 2 ** 32));
      if (Number.isNaN(value)) continue;
      if (floatToHalf(value) !== nearestHalf(value)) throw new Error(`${value}: ${floatToHalf(value)}`);
    }
    for (let i = 0; i < 20_000; i++) {
      const value = Math.fround(random.normal() * 10 ** (random.uniform() * 12 - 8));
      if (floatToHalf(value) !== nearestHalf(value)) throw new Error(`${value}: ${floatToHalf(value)}`);
    }
  });

  it("keeps what is not a number", () => {
    expect(isNaNHalf(floatToHalf(Number.NaN))).toBe(true);
  });
});

describe("floatToBrainFloat", () => {
  it("gives back all 65,536 bf16", () => {
    for (const bits of HALVES) {
      const value = fromFloatBits(bits * 65536);
      const back = floatToBrainFloat(value);
      const right = Number.isNaN(value) ? (back & 0x7fff) > 0x7f80 : back === bits;
      if (!right) throw new Error(`bf16 ${bits} became ${back}`);
    }
  });

  it("rounds to the nearest, ties to even", () => {
    for (let bits = 0; bits < 0x7f80; bits++) {
      const tie = bits * 65536 + 0x8000;
      const found = [tie - 1, tie, tie + 1].map((each) => floatToBrainFloat(fromFloatBits(each)));
      const wanted = [bits, bits % 2 === 0 ? bits : bits + 1, bits + 1];
      if (found.join() !== wanted.join()) throw new Error(`bf16 ${bits}: ${found}`);
    }
    expect(floatToBrainFloat(-1)).toBe(0xbf80);
    expect(floatToBrainFloat(3.4e38)).toBe(0x7f80);
    expect(floatToBrainFloat(fromFloatBits(0x7f800001))).toBe(0x7fc0);
  });
});
