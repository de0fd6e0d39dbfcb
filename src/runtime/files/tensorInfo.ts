/** Where a tensor lies in its file; the same for GGUF and safetensors. */
export interface TensorInfo {
  readonly name: string;
  /** Row-major, slowest dimension first: a linear weight is [out, in]. GGUF stores it the other way round. */
  readonly shape: readonly number[];
  /** Upper-case type name: "F32", "F16", "BF16", "Q4_0", ...; others as the format calls them. */
  readonly type: string;
  /** From the start of the file. */
  readonly start: number;
  readonly sizeBytes: number;
}

export function numElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
