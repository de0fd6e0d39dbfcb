/** q, k and v of one token: projection, rotation and append in one dispatch. */

import core from "../../../shaders/lib/matvec_core.wgsl?raw";
import norm from "../../../shaders/lib/norm.wgsl?raw";
import rotary from "../../../shaders/lib/rotary.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import shader from "../../../shaders/matvec_qkv.wgsl?raw";
import type { AttentionSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { type Binding, type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { float } from "../gpu/pipelines";
import { CACHE_SHADERS } from "./cacheShaders";
import type { LinearVectors } from "./linearVectors";
import { coreConstants } from "./matvec";
import { quantShader } from "./quantShaders";
import { type Layout, lanesEnables, lanesShader } from "./variants";
import { planeBindings, type WeightMatrix } from "./weightMatrix";

export interface MatvecQkvRequest {
  readonly label: string;
  /** q rows, then k rows, then v rows */
  readonly matrix: WeightMatrix;
  readonly vectors: LinearVectors;
  readonly attention: AttentionSpec;
  readonly rotation: GPUBuffer | null;
  readonly rotaryDim: number;
  readonly interleaved: boolean;
  readonly step: GPUBuffer;
  /** [padded columns] f32 */
  readonly x: GPUBuffer;
  /** [H, D] f32, rotary pairs side by side */
  readonly queries: GPUBuffer;
  /** keys [K, capacity, D], then values from `valuesOffset` elements on */
  readonly cache: Binding;
  readonly valuesOffset: number;
  readonly capacity: number;
  readonly precision: KvPrecision;
  readonly layout: Layout;
}

/**
 * Whether every part of the matrix begins and ends with whole heads. A norm on q and k needs a whole head at once, which
 * single threads do not see.
 */
export function canFuseQkv(matrix: WeightMatrix, { headDim, qkNorm }: AttentionSpec, layout: Layout): boolean {
  if (qkNorm !== null && layout.variant === "barrier_free") return false;
  return matrix.parts.every((part) => part.rowStart % headDim === 0 && part.rows % headDim === 0);
}

/** A whole head in one workgroup wants more threads than single pairs do. */
const HEAD_WORKGROUP = 256;

export function matvecQkv(gpu: Gpu, request: MatvecQkvRequest): Promise<Dispatch[]> {
  const { matrix, vectors, precision } = request;
  const { numHeads, numKvHeads, headDim, qkNorm } = request.attention;
  const layout = qkNorm === null ? request.layout : { ...request.layout, workgroup: HEAD_WORKGROUP };
  const pairsPerGroup = qkNorm === null ? layout.workgroup / layout.lanes : headDim / 2;
  return Promise.all(
    matrix.parts.map((part) => {
      const pairs = part.rows / 2;
      return prepareDispatch(gpu, {
        label: request.label,
        source: {
          name: `matvec qkv ${part.format} ${layout.variant} ${precision}`,
          files: [
            shader,
            core,
            rotary,
            step,
            quantShader(part.format),
            norm,
            CACHE_SHADERS[precision],
            lanesShader(layout.variant),
          ],
          bindings: ["read", "read", "read", "read", "read", "uniform", "read", "read_write", "read_write"],
          ...lanesEnables(layout.variant),
        },
        constants: {
          ...coreConstants(matrix, part, vectors, layout),
          PAIRS: pairs,
          H: numHeads,
          K: numKvHeads,
          D: headDim,
          CAPACITY: request.capacity,
          VALUES_OFFSET: request.valuesOffset / 2,
          ROTARY_PAIRS: request.rotation === null ? 0 : request.rotaryDim / 2,
          INTERLEAVED: request.interleaved ? 1 : 0,
          QK_NORM: qkNorm === null ? 0 : 1,
          QK_NORM_EPS: float(qkNorm?.eps ?? 0),
          HEAD_NORM_OFFSET: vectors.headNormOffset ?? 0,
        },
        bindings: [
          request.x,
          vectors.buffer,
          ...planeBindings(part),
          request.step,
          request.rotation,
          request.queries,
          request.cache,
        ],
        workgroups: () => grid(Math.ceil(pairs / pairsPerGroup)),
      });
    }),
  );
}
