/** y = epilogue(W norm(x) + bias), W [rows, columns], in float64. */
import type { Activation, NormSpec } from "../../shared/modelSpec";
import { activationReference } from "./activation.reference";
import { normReference } from "./norm.reference";

export interface MatvecReference {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly weights: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly norm: { spec: NormSpec; weight: ArrayLike<number>; bias: ArrayLike<number> | null } | null;
  readonly bias: ArrayLike<number> | null;
  readonly activation: Activation | null;
}

/** W norm(x) + bias, and for each row sum |w norm(x)| + |bias|: what rounding errors are relative to. */
export function linearReference(request: Omit<MatvecReference, "activation">): {
  values: Float64Array;
  magnitudes: Float64Array;
} {
  const { rows, columns, weights, norm, bias } = request;
  const x = norm === null ? request.x : normReference(norm.spec, request.x, norm.weight, norm.bias);
  const values = new Float64Array(rows);
  const magnitudes = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = bias === null ? 0 : (bias[r] as number);
    let magnitude = Math.abs(sum);
    for (let c = 0; c < columns; c++) {
      const product = (weights[r * columns + c] as number) * (x[c] as number);
      sum += product;
      magnitude += Math.abs(product);
    }
    values[r] = sum;
    magnitudes[r] = magnitude;
  }
  return { values, magnitudes };
}

/** act(W norm(x) + bias) */
export function matvecReference(request: MatvecReference): Float64Array {
  return linearReference(request).values.map((value) => activationReference(request.activation, value));
}

/** act(gate) * up, gate the first half of the rows and up the second. */
export function gatedMatvecReference(request: MatvecReference): Float64Array {
  const { values } = linearReference(request);
  const half = request.rows / 2;
  return Float64Array.from(
    { length: half },
    (_, f) => activationReference(request.activation, values[f] as number) * (values[half + f] as number),
  );
}
