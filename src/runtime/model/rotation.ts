/**
 * Cos and sin for rotary positions, in float64 on the CPU: WGSL's own sin and cos are off by up to 1e-2 for large
 * angles. RoPE: arXiv 2104.09864.
 */
import type { PositionSpec, RopeScaling } from "../../shared/modelSpec";

type RopeSpec = Extract<PositionSpec, { kind: "rope" }>;

/**
 * Angle per position for each rotary pair, [R/2], and the factor on cos and sin.
 * @param capacity tokens the cache holds: the length that dynamic NTK prepares for
 * @param divisors the file's frequency divisors, for scaling kind "divisors"
 */
export function ropeFrequencies(
  spec: RopeSpec,
  capacity: number,
  divisors: Float32Array | null,
): { frequencies: Float64Array; magnitude: number } {
  const { rotaryDim, scaling } = spec;
  const theta = scaledTheta(spec, capacity);
  const frequencies = Float64Array.from({ length: rotaryDim / 2 }, (_, i) => theta ** ((-2 * i) / rotaryDim));
  let magnitude = 1;
  switch (scaling.kind) {
    case "linear":
      frequencies.forEach((f, i) => {
        frequencies[i] = f / scaling.factor;
      });
      break;
    case "yarn":
      applyYarn(frequencies, spec, scaling);
      magnitude = scaling.attentionFactor;
      break;
    case "llama3":
      applyLlama3(frequencies, scaling);
      break;
    case "divisors":
      frequencies.forEach((f, i) => {
        frequencies[i] = f / (divisors?.[i] ?? 1);
      });
      break;
    case "dynamic":
    case "none":
      break;
  }
  return { frequencies, magnitude };
}

/** [capacity, R/2] pairs of cos, sin. */
export function rotationTable(spec: RopeSpec, capacity: number, divisors: Float32Array | null): Float32Array {
  const { frequencies, magnitude } = ropeFrequencies(spec, capacity, divisors);
  const pairs = frequencies.length;
  const table = new Float32Array(capacity * pairs * 2);
  for (let position = 0, at = 0; position < capacity; position++) {
    for (let i = 0; i < pairs; i++) {
      const angle = position * (frequencies[i] as number);
      table[at++] = Math.cos(angle) * magnitude;
      table[at++] = Math.sin(angle) * magnitude;
    }
  }
  return table;
}

/** Dynamic NTK's larger base, for the longest sequence this cache can hold: rotated keys are never rotated again. */
function scaledTheta({ theta, rotaryDim, scaling }: RopeSpec, capacity: number): number {
  if (scaling.kind !== "dynamic" || capacity <= scaling.originalContextLength) return theta;
  const stretch = (scaling.factor * capacity) / scaling.originalContextLength - (scaling.factor - 1);
  return theta * stretch ** (rotaryDim / (rotaryDim - 2));
}

/** YaRN's ramp between interpolated and kept frequencies (arXiv 2309.00071, section 3.2). */
function applyYarn(frequencies: Float64Array, spec: RopeSpec, scaling: Extract<RopeScaling, { kind: "yarn" }>): void {
  const { theta, rotaryDim } = spec;
  const dimensionOf = (rotations: number): number =>
    (rotaryDim * Math.log(scaling.originalContextLength / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(0, Math.floor(dimensionOf(scaling.betaFast)));
  const high = Math.min(rotaryDim - 1, Math.ceil(dimensionOf(scaling.betaSlow)));
  const span = Math.max(0.001, high - low);
  frequencies.forEach((frequency, i) => {
    const interpolated = Math.min(1, Math.max(0, (i - low) / span));
    frequencies[i] = (frequency / scaling.factor) * interpolated + frequency * (1 - interpolated);
  });
}

/** Wavelengths above the original context are divided by the factor, short ones kept, a linear ramp between. */
function applyLlama3(frequencies: Float64Array, scaling: Extract<RopeScaling, { kind: "llama3" }>): void {
  const { factor, lowFreqFactor, highFreqFactor, originalContextLength } = scaling;
  frequencies.forEach((frequency, i) => {
    const turns = (originalContextLength * frequency) / (2 * Math.PI);
    if (turns > highFreqFactor) return;
    if (turns < lowFreqFactor) {
      frequencies[i] = frequency / factor;
      return;
    }
    const smooth = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    frequencies[i] = ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}
