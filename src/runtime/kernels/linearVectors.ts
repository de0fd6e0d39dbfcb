/**
 * The small vectors beside a matrix, in one buffer: the norm of its input (weight, then bias for layer norm), each
 * padded to whole blocks, the bias of its output, and for q, k, v the norms of q and k. One binding instead of four.
 */
import type { NormSpec } from "../../shared/modelSpec";
import type { BufferScope } from "../gpu/bufferScope";
import { float, type KernelConstants } from "../gpu/pipelines";
import { paddedStride } from "./weightMatrix";

export interface NormVectors {
  readonly spec: NormSpec;
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
}

export interface LinearVectors {
  readonly buffer: GPUBuffer | null;
  readonly norm: NormSpec | null;
  /** Offset of the bias in floats, or null. */
  readonly biasOffset: number | null;
  /** Offset of q norm weight [D], k norm weight [D] in floats, or null. */
  readonly headNormOffset: number | null;
}

const NO_BIAS = 0xffffffff;

/** @param columns length of the norm vectors without padding; 0 when there is no norm */
export function linearVectors(
  scope: BufferScope,
  label: string,
  columns: number,
  norm: NormVectors | null,
  bias: Float32Array | null,
  headNorms: Float32Array | null = null,
): LinearVectors {
  const stride = paddedStride(columns);
  const normLength = norm === null ? 0 : norm.spec.kind === "layer" ? 2 * stride : stride;
  const biasEnd = normLength + (bias?.length ?? 0);
  const length = biasEnd + (headNorms?.length ?? 0);
  if (length === 0) return { buffer: null, norm: null, biasOffset: null, headNormOffset: null };
  const data = new Float32Array(Math.ceil(length / 4) * 4);
  if (norm !== null) {
    data.set(norm.weight, 0);
    if (norm.spec.kind === "layer" && norm.bias !== null) data.set(norm.bias, stride);
  }
  if (bias !== null) data.set(bias, normLength);
  if (headNorms !== null) data.set(headNorms, biasEnd);
  return {
    buffer: scope.storageFrom(`${label} vectors`, data),
    norm: norm?.spec ?? null,
    biasOffset: bias === null ? null : normLength,
    headNormOffset: headNorms === null ? null : biasEnd,
  };
}

/** Constants NORM, NORM_EPS as `lib/norm.wgsl` numbers them. */
export function normConstants(norm: NormSpec | null): KernelConstants {
  return { NORM: norm === null ? 0 : norm.kind === "rms" ? 1 : 2, NORM_EPS: float(norm?.eps ?? 0) };
}

export function biasConstants(vectors: LinearVectors): KernelConstants {
  return { BIAS_OFFSET: vectors.biasOffset ?? NO_BIAS };
}
