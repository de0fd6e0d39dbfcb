/** One layer of attention rollout, computed again from kept queries and cached keys. */
import shader from "../../../shaders/attention_rollout.wgsl?raw";
import score from "../../../shaders/lib/attention_score.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { type KeptAttention, keptConstants } from "./attentionOverview";
import { CACHE_SHADERS } from "./cacheShaders";

export interface AttentionRolloutRequest extends KeptAttention {
  /** u32: rows, the last of them being the one that is rolled out */
  readonly rollout: GPUBuffer;
  /** [capacity] f32: shares of the row above this layer */
  readonly above: GPUBuffer;
  /** [capacity] f32: shares below it */
  readonly below: GPUBuffer;
  /** Threads that share a key: 1 where barriers are slow. */
  readonly lanes: number;
}

const WORKGROUP = 64;
export const ROLLOUT_BYTES = 16;

/** The number of rows is given to the encoder as `rows`. */
export function attentionRollout(gpu: Gpu, request: AttentionRolloutRequest): Promise<Dispatch> {
  const { lanes } = request;
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `attention rollout ${request.precision}`,
      files: [shader, score, CACHE_SHADERS[request.precision]],
      bindings: ["uniform", "read", "read", "read", "read", "read_write"],
    },
    constants: { ...keptConstants(request), WORKGROUP, LANES: lanes },
    bindings: [request.rollout, request.queries, request.keys, request.denominators, request.above, request.below],
    workgroups: (rows) => grid(Math.ceil(rows / (WORKGROUP / lanes))),
  });
}
