/** How far apart two patterns of one head are, row by row. */
import shader from "../../../shaders/pattern_variation.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";

export interface PatternVariationRequest {
  /** `packPatterns` */
  readonly patterns: GPUBuffer;
  /** [rows, keys] f32, as kernels/attentionTile.ts leaves them */
  readonly reference: GPUBuffer;
  /** [rows, keys] f32 */
  readonly level: GPUBuffer;
  /** [at + rows] f32: sum over keys of |level - reference| / 2 */
  readonly variation: GPUBuffer;
}

const WORKGROUP = 64;
export const PATTERNS_BYTES = 16;

/** @param at of the first row among those that come out */
export function packPatterns(rows: number, keys: number, at: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(rows, keys, at, 0);
}

/** The number of rows is given to the encoder as `rows`. */
export function patternVariation(gpu: Gpu, request: PatternVariationRequest): Promise<Dispatch> {
  return prepareDispatch(gpu, {
    label: "patterns",
    source: {
      name: "pattern variation",
      files: [shader],
      bindings: ["uniform", "read", "read", "read_write"],
    },
    constants: { WORKGROUP },
    bindings: [request.patterns, request.reference, request.level, request.variation],
    workgroups: (rows) => grid(Math.ceil(rows / WORKGROUP)),
  });
}
