/** Y = act(X W^T + bias): every row of X through W, in float64. */

import { activationReference } from "./activation.reference";
import { linearReference, type MatvecReference } from "./matvec.reference";

/** @param request `x` is [T, columns] @returns [T, rows] values, and the magnitudes that rounding is relative to */
export function matmulReference(
  request: Omit<MatvecReference, "norm">,
  T: number,
): { values: Float64Array; magnitudes: Float64Array } {
  const { rows, columns, x } = request;
  const values = new Float64Array(T * rows);
  const magnitudes = new Float64Array(T * rows);
  for (let t = 0; t < T; t++) {
    const row = Float64Array.from({ length: columns }, (_, c) => x[t * columns + c] as number);
    const one = linearReference({ ...request, x: row, norm: null });
    for (let r = 0; r < rows; r++) {
      values[t * rows + r] = activationReference(request.activation, one.values[r] as number);
      magnitudes[t * rows + r] = one.magnitudes[r] as number;
    }
  }
  return { values, magnitudes };
}
