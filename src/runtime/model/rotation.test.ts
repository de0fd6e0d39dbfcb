import { describe, expect, it } from "vitest";
import type { PositionSpec, RopeScaling } from "../../shared/modelSpec";
import { expectClose } from "../testing/allclose";
import { ropeFrequencies, rotationTable } from "./rotation";
import { frequencyReference } from "./rotation.reference";

type RopeSpec = Extract<PositionSpec, { kind: "rope" }>;

function rope(scaling: RopeScaling, rotaryDim = 64, theta = 10_000): RopeSpec {
  return { kind: "rope", theta, rotaryDim, layout: "half", scaling };
}

/** Largest relative difference from the reference. */
function difference(spec: RopeSpec, capacity: number, divisors: Float32Array | null = null): number {
  const { frequencies } = ropeFrequencies(spec, capacity, divisors);
  expect(frequencies).toHaveLength(spec.rotaryDim / 2);
  return Math.max(
    ...Array.from(frequencies, (frequency, i) => {
      return Math.abs(frequency / frequencyReference(spec, i, capacity, divisors) - 1);
    }),
  );
}

/** f64 powers and logarithms: a few hundred units in the last place at most. */
const EXACT = 1e-13;

const SCALINGS: RopeScaling[] = [
  { kind: "none" },
  { kind: "linear", factor: 4 },
  { kind: "dynamic", factor: 2, originalContextLength: 2048 },
  { kind: "yarn", factor: 4, originalContextLength: 4096, betaFast: 32, betaSlow: 1, attentionFactor: 1.1386 },
  { kind: "yarn", factor: 16, originalContextLength: 64, betaFast: 32, betaSlow: 1, attentionFactor: 1 },
  { kind: "llama3", factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalContextLength: 8192 },
];

describe("frequencies", () => {
  it.each(SCALINGS)("$kind", (scaling) => {
    for (const rotaryDim of [4, 64, 128]) {
      for (const theta of [10_000, 500_000]) {
        for (const capacity of [1, 2048, 2049, 8192]) {
          expect(difference(rope(scaling, rotaryDim, theta), capacity)).toBeLessThan(EXACT);
        }
      }
    }
  });

  it("divides by the file's divisors", () => {
    const divisors = Float32Array.from({ length: 32 }, (_, i) => 1 + i / 4);
    expect(difference(rope({ kind: "divisors", tensor: "t" }), 10, divisors)).toBeLessThan(EXACT);
  });

  it("leaves dynamic NTK alone up to the trained length, and stretches for the whole cache beyond", () => {
    const dynamic = rope({ kind: "dynamic", factor: 2, originalContextLength: 2048 });
    const plain = ropeFrequencies(rope({ kind: "none" }), 2048, null).frequencies;
    expect(ropeFrequencies(dynamic, 2048, null).frequencies).toEqual(plain);
    const stretched = ropeFrequencies(dynamic, 4096, null).frequencies;
    // Factor 2 at twice the length: base times 3^(64/62); the slowest pair slows down by just that 3 * 3^(2/62) / ...
    expect((plain[31] as number) / (stretched[31] as number)).toBeCloseTo(3, 10);
    expect(stretched[0]).toBe(1);
  });

  it("yarn keeps fast pairs, interpolates slow ones, and Llama 3 too", () => {
    const plain = ropeFrequencies(rope({ kind: "none" }), 1, null).frequencies;
    for (const scaling of [SCALINGS[3], SCALINGS[5]] as RopeScaling[]) {
      const { frequencies } = ropeFrequencies(rope(scaling), 1, null);
      const factor = scaling.kind === "yarn" ? 4 : 8;
      expect(frequencies[0]).toBe(plain[0]);
      expect(frequencies[31]).toBe((plain[31] as number) / factor);
      const between = [...frequencies].filter((f, i) => f !== plain[i] && f !== (plain[i] as number) / factor);
      expect(between.length).toBeGreaterThan(2);
    }
  });

  // 500000^(-126 / 128) = 2.4551407e-6: a wavelength of 2.56 million tokens, far over 8192, so it is divided by 8.
  it("Llama 3.1's slowest pair", () => {
    const { frequencies } = ropeFrequencies(rope(SCALINGS[5] as RopeScaling, 128, 500_000), 1, null);
    expect(frequencies[63]).toBeCloseTo(2.4551407 / 8e6, 13);
  });
});

describe("rotation table", () => {
  it("holds cos and sin of position times frequency, far out too", () => {
    const spec = rope({ kind: "none" }, 8);
    const capacity = 20_000;
    const table = rotationTable(spec, capacity, null);
    expect(table).toHaveLength(capacity * 4 * 2);
    for (const position of [0, 1, 777, capacity - 1]) {
      const expected = [0, 1, 2, 3].flatMap((i) => {
        const angle = position * frequencyReference(spec, i, capacity, null);
        return [Math.cos(angle), Math.sin(angle)];
      });
      // Rounded to f32 once.
      expectClose(table.subarray(position * 8, position * 8 + 8), expected, 2 ** -25 + 1e-11, `position ${position}`);
    }
  });

  it("carries YaRN's magnitude", () => {
    const spec = rope(SCALINGS[3] as RopeScaling, 8);
    const table = rotationTable(spec, 3, null);
    const pair = table.subarray(2 * 8 + 2, 2 * 8 + 4);
    const angle = 2 * frequencyReference(spec, 1, 3, null);
    expectClose(pair, [1.1386 * Math.cos(angle), 1.1386 * Math.sin(angle)], 1e-7);
  });
});
