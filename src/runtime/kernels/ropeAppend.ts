/** q/k norm, rotation, and the append of keys and values to the cache. */

import rotary from "../../../shaders/lib/rotary.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import shader from "../../../shaders/rope_append.wgsl?raw";
import type { AttentionSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { type Binding, type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { float } from "../gpu/pipelines";
import { CACHE_SHADERS } from "./cacheShaders";

export interface RopeAppendRequest {
  readonly label: string;
  readonly attention: AttentionSpec;
  /** Cos and sin per position and pair, or null where nothing is rotated. */
  readonly rotation: GPUBuffer | null;
  readonly rotaryDim: number;
  readonly interleaved: boolean;
  /** q norm weight [D], k norm weight [D]; null without. */
  readonly headNorms: GPUBuffer | null;
  readonly step: GPUBuffer;
  /** [T, qkvStride]: q, then k, then v */
  readonly qkv: GPUBuffer;
  readonly qkvStride: number;
  /** [T, H, D] f32 */
  readonly queries: GPUBuffer;
  /** [K, capacity, D] */
  readonly keys: Binding;
  /** [K, capacity, D] */
  readonly values: Binding;
  readonly capacity: number;
  readonly precision: KvPrecision;
}

const WORKGROUP = 64;

export function ropeAppend(gpu: Gpu, request: RopeAppendRequest): Promise<Dispatch> {
  const { numHeads, numKvHeads, headDim, qkNorm } = request.attention;
  const pairsPerRow = ((numHeads + 2 * numKvHeads) * headDim) / 2;
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `rope append ${request.precision}`,
      files: [shader, rotary, step, CACHE_SHADERS[request.precision]],
      bindings: ["uniform", "read", "read", "read", "read_write", "read_write", "read_write"],
    },
    constants: {
      WORKGROUP,
      H: numHeads,
      K: numKvHeads,
      D: headDim,
      CAPACITY: request.capacity,
      QKV_STRIDE: request.qkvStride,
      ROTARY_PAIRS: request.rotation === null ? 0 : request.rotaryDim / 2,
      INTERLEAVED: request.interleaved ? 1 : 0,
      QK_NORM: qkNorm === null ? 0 : 1,
      NORM_EPS: float(qkNorm?.eps ?? 0),
    },
    bindings: [
      request.step,
      request.qkv,
      request.headNorms,
      request.rotation,
      request.queries,
      request.keys,
      request.values,
    ],
    workgroups: (rows) => grid(Math.ceil((rows * pairsPerRow) / WORKGROUP)),
  });
}
