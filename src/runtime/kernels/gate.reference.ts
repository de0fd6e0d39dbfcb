/** GLU variants (arXiv 2002.05202): act(gate) * up. */
import type { Activation } from "../../shared/modelSpec";
import { activationReference } from "./activation.reference";

export function gateReference(activation: Activation, gate: ArrayLike<number>, up: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: gate.length },
    (_, f) => activationReference(activation, gate[f] as number) * (up[f] as number),
  );
}
