/**
 * Layer norm (arXiv 1607.06450): (x - mean) / sqrt(variance + eps) * weight + bias.
 * RMS norm (arXiv 1910.07467): x / sqrt(mean of squares + eps) * weight.
 */
import type { NormSpec } from "../../shared/modelSpec";

export function normReference(
  spec: NormSpec,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | null,
): Float64Array {
  const n = x.length;
  let mean = 0;
  if (spec.kind === "layer") {
    for (let i = 0; i < n; i++) mean += (x[i] as number) / n;
  }
  let variance = 0;
  for (let i = 0; i < n; i++) variance += ((x[i] as number) - mean) ** 2 / n;
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    y[i] = (((x[i] as number) - mean) / Math.sqrt(variance + spec.eps)) * (weight[i] as number);
    if (spec.kind === "layer" && bias !== null) y[i] = (y[i] as number) + (bias[i] as number);
  }
  return y;
}
