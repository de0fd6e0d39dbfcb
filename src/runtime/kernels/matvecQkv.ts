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

/** Whether every part of the matrix begins and ends with whole heads, and no norm needs a whole head at once. */
export function canFuseQkv(matrix: WeightMatrix, { headDim, qkNorm }: AttentionSpec): boolean {
  return qkNorm === null && matrix.parts.every((part) => part.rowStart % headDim === 0 && part.rows % headDim === 0);
}

export function matvecQkv(gpu: Gpu, request: MatvecQkvRequest): Promise<Dispatch[]> {
  const { matrix, vectors, layout, precision } = request;
  const { numHeads, numKvHeads, headDim } = request.attention;
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
        workgroups: () => grid(Math.ceil(pairs / (layout.workgroup / layout.lanes))),
      });
    }),
  );
}
