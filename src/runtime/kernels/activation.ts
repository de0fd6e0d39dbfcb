/** Activation names as `lib/activations.wgsl` numbers them. */
import type { Activation } from "../../shared/modelSpec";

const NUMBERS: Record<Activation, number> = { silu: 1, gelu_tanh: 2, gelu_erf: 3, relu: 4, gelu_quick: 5 };

export function activationNumber(activation: Activation | null): number {
  return activation === null ? 0 : NUMBERS[activation];
}
