/** Tensors by name, wherever they lie: what the weight loader reads from. */

import { VitrineError } from "../../shared/errors";
import type { TensorRef } from "../../shared/modelSpec";
import type { ByteSource } from "../files/byteSource";
import type { TensorInfo } from "../files/tensorInfo";

export interface TensorEntry {
  readonly info: TensorInfo;
  readonly source: ByteSource;
}

/** Name -> tensor. */
export type TensorSource = ReadonlyMap<string, TensorEntry>;

/** @throws TensorMismatchError when the file lacks the tensor */
export function requireTensor(tensors: TensorSource, ref: TensorRef): TensorEntry {
  const entry = tensors.get(ref.name);
  if (entry === undefined) {
    throw new VitrineError("TensorMismatchError", `The file has no tensor "${ref.name}", which this model needs.`);
  }
  return entry;
}

/** [rows, columns] of what a reference means: after the row range and the transposition. */
export function refShape(entry: TensorEntry, ref: TensorRef): [rows: number, columns: number] {
  const { shape, name } = entry.info;
  if (shape.length < 2) {
    throw new VitrineError("TensorMismatchError", `Tensor "${name}" has shape [${shape}]; a matrix was expected.`);
  }
  // A convolution's kernel [out, in, height, width] is a matrix over the pixels of a patch.
  const [first = 0, ...rest] = shape;
  const second = rest.reduce((product, size) => product * size, 1);
  const [all, columns] = ref.transposed === true ? [second, first] : [first, second];
  const [start, end] = ref.rows ?? [0, all];
  if (start < 0 || end > all || start >= end) {
    throw new VitrineError(
      "TensorMismatchError",
      `Tensor "${name}" has ${all} rows; rows ${start} to ${end} were expected.`,
    );
  }
  return [end - start, columns];
}
