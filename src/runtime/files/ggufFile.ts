import type { TensorInfo } from "./tensorInfo";

/** Integers are numbers wherever a double holds them exactly. */
export type GgufValue = string | number | bigint | boolean | readonly GgufValue[];

export interface GgufFile {
  readonly version: number;
  readonly metadata: Readonly<Record<string, GgufValue>>;
  /** In file order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Bytes of those entries of tokenizer.ggml.tokens that are not valid UTF-8, by index. */
  readonly rawTokens: ReadonlyMap<number, Uint8Array>;
  readonly sizeBytes: number;
}
