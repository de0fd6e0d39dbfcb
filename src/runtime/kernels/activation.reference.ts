/**
 * silu(x) = x / (1 + e^-x); GELU(x) = x Phi(x), Phi the normal distribution (arXiv 1606.08415), and its tanh
 * approximation 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); relu(x) = max(x, 0).
 */
import type { Activation } from "../../shared/modelSpec";

export function activationReference(activation: Activation | null, x: number): number {
  switch (activation) {
    case null:
      return x;
    case "silu":
      return x / (1 + Math.exp(-x));
    case "gelu_tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case "gelu_erf":
      return (x * erfc(-x / Math.SQRT2)) / 2;
    case "gelu_quick":
      return x / (1 + Math.exp(-1.702 * x));
    case "relu":
      return Math.max(x, 0);
  }
}

/** 1 - erf(x): the Taylor series of erf near 0, Lentz' continued fraction beyond (Abramowitz and Stegun 7.1). */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let sum = 0;
    let term = x;
    for (let n = 0; n < 100; n++) {
      sum += term / (2 * n + 1);
      term *= (-x * x) / (n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 200; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
