/** Rotated queries of a step, kept beside the keys. */

import shader from "../../../shaders/keep_queries.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import { KV_BYTES } from "../../shared/memory";
import type { AttentionSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { CACHE_SHADERS } from "./cacheShaders";

export interface KeepQueriesRequest {
  readonly label: string;
  readonly attention: AttentionSpec;
  readonly step: GPUBuffer;
  /** [T, H, D] f32 */
  readonly queries: GPUBuffer;
  /** [capacity, H, D] */
  readonly kept: GPUBuffer;
  readonly capacity: number;
  readonly precision: KvPrecision;
}

const WORKGROUP = 64;

/** Bytes of one layer's kept queries. */
export function keptQueriesBytes(
  { numHeads, headDim }: AttentionSpec,
  capacity: number,
  precision: KvPrecision,
): number {
  return capacity * numHeads * headDim * KV_BYTES[precision];
}

export function keepQueries(gpu: Gpu, request: KeepQueriesRequest): Promise<Dispatch> {
  const { attention, capacity, precision } = request;
  const rowPairs = (attention.numHeads * attention.headDim) / 2;
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `keep queries ${precision}`,
      files: [shader, step, CACHE_SHADERS[precision]],
      bindings: ["uniform", "read", "read_write"],
    },
    constants: { WORKGROUP, ROW_PAIRS: rowPairs, CAPACITY: capacity },
    bindings: [request.step, request.queries, request.kept],
    workgroups: (rows) => grid(Math.ceil((rows * rowPairs) / WORKGROUP)),
  });
}
