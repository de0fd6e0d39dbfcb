/**
 * Rotary frequencies from the papers, each written as its own formula for pair i of R / 2:
 *   RoPE (arXiv 2104.09864)                   theta^(-2 i / R)
 *   position interpolation (2306.15595)       the same at position / factor
 *   dynamic NTK (Transformers' definition)    base theta (s L / L0 - (s - 1))^(R / (R - 2)) for a length L over L0
 *   YaRN (2309.00071, equations 17 to 23)     gamma f + (1 - gamma) f / s, gamma rising from 0 to 1 with turns
 *   Llama 3 (arXiv 2407.21783, its code)      f / s for wavelengths over L0 / low, f under L0 / high, between: a blend
 */
import type { PositionSpec } from "../../shared/modelSpec";

type RopeSpec = Extract<PositionSpec, { kind: "rope" }>;

export function frequencyReference(spec: RopeSpec, i: number, capacity: number, divisors: Float32Array | null): number {
  const { rotaryDim: R, theta, scaling } = spec;
  const plain = 1 / theta ** ((2 * i) / R);
  switch (scaling.kind) {
    case "none":
      return plain;
    case "linear":
      return plain / scaling.factor;
    case "divisors":
      return plain / (divisors?.[i] as number);
    case "dynamic": {
      const { factor: s, originalContextLength: L0 } = scaling;
      const L = Math.max(capacity, L0);
      const base = theta * ((s * L) / L0 - (s - 1)) ** (R / (R - 2));
      return 1 / base ** ((2 * i) / R);
    }
    case "yarn": {
      const { factor: s, originalContextLength: L0, betaFast, betaSlow } = scaling;
      // Pair that turns `beta` times over L0 tokens: L0 theta^(-2 i / R) / (2 pi) = beta solved for i.
      const pairOf = (beta: number): number => ((R / 2) * Math.log(L0 / (2 * Math.PI * beta))) / Math.log(theta);
      const from = Math.max(Math.floor(pairOf(betaFast)), 0);
      const to = Math.min(Math.ceil(pairOf(betaSlow)), R - 1);
      const gamma = 1 - Math.min(1, Math.max(0, (i - from) / Math.max(to - from, 0.001)));
      return gamma * plain + ((1 - gamma) * plain) / s;
    }
    case "llama3": {
      const { factor: s, lowFreqFactor: low, highFreqFactor: high, originalContextLength: L0 } = scaling;
      const wavelength = (2 * Math.PI) / plain;
      if (wavelength < L0 / high) return plain;
      if (wavelength > L0 / low) return plain / s;
      const blend = (L0 / wavelength - low) / (high - low);
      return (1 - blend) * (plain / s) + blend * plain;
    }
  }
}
