/** Attention of one token over a long cache: pieces of it side by side, then their sum (Flash-Decoding). */
import combineShader from "../../../shaders/attention_combine.wgsl?raw";
import splitShader from "../../../shaders/attention_split.wgsl?raw";
import masked from "../../../shaders/lib/masked.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import type { AttentionSpec } from "../../shared/modelSpec";
import type { Gpu } from "../gpu/device";
import { type Dispatch, prepareDispatch } from "../gpu/dispatch";
import { float } from "../gpu/pipelines";
import type { AttentionRequest } from "./attention";
import { CACHE_SHADERS } from "./cacheShaders";

/** Keys of one piece, and threads of its workgroup. */
export const SPLIT_KEYS = 64;
const COMBINE_WORKGROUP = 64;
/** Heads one workgroup carries in registers. */
const MAX_GROUP = 8;

export interface AttentionSplitRequest extends Omit<AttentionRequest, "variant" | "outStride"> {
  /** `piecesBytes` */
  readonly pieces: GPUBuffer;
}

/** Bytes for the pieces of a full cache. */
export function piecesBytes({ numHeads, headDim }: AttentionSpec, capacity: number): number {
  return Math.ceil(capacity / SPLIT_KEYS) * numHeads * (headDim / 4 + 1) * 16;
}

/** Two dispatches for one query token; heads wider than 4 * SPLIT_KEYS are not supported. */
export async function attentionSplit(gpu: Gpu, request: AttentionSplitRequest): Promise<[Dispatch, Dispatch]> {
  const { numHeads, numKvHeads, headDim, scale, slidingWindow } = request.attention;
  const quads = headDim / 4;
  const group = largestDivisor(numHeads / numKvHeads, MAX_GROUP);
  const shape = { SPLIT: SPLIT_KEYS, H: numHeads, QUADS: quads };
  const split = await prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `attention split ${request.precision}`,
      files: [splitShader, step, masked, CACHE_SHADERS[request.precision]],
      bindings: ["uniform", "read", "read", "read", "read_write"],
    },
    constants: {
      ...shape,
      SLICES: Math.floor(SPLIT_KEYS / quads),
      GROUP: group,
      K: numKvHeads,
      CAPACITY: request.capacity,
      WINDOW: slidingWindow ?? 0,
      SCALE: float(scale),
    },
    bindings: [request.step, request.queries, request.keys, request.values, request.pieces],
    workgroups: (_, length) => [numHeads / group, Math.ceil(length / SPLIT_KEYS), 1],
  });
  const combine = await prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: "attention combine",
      files: [combineShader, step, masked],
      bindings: ["uniform", "read", "read", "read_write"],
    },
    constants: { ...shape, WORKGROUP: COMBINE_WORKGROUP },
    bindings: [request.step, request.pieces, request.headScales, request.mixed],
    workgroups: () => [Math.ceil((numHeads * quads) / COMBINE_WORKGROUP), 1, 1],
  });
  return [split, combine];
}

function largestDivisor(value: number, most: number): number {
  let divisor = Math.min(value, most);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
