/** Every head's attention over many rows as a small square and six figures, without keeping a pattern. */
import shader from "../../../shaders/attention_overview.wgsl?raw";
import score from "../../../shaders/lib/attention_score.wgsl?raw";
import masked from "../../../shaders/lib/masked.wgsl?raw";
import foldShader from "../../../shaders/overview_fold.wgsl?raw";
import { FIGURES, OVERVIEW_CELLS } from "../../shared/attentionMap";
import type { AttentionSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { type Binding, type Dispatch, prepareDispatch } from "../gpu/dispatch";
import { float, type KernelConstants } from "../gpu/pipelines";
import { CACHE_SHADERS } from "./cacheShaders";

/** What kernels that compute attention again read. */
export interface KeptAttention {
  readonly label: string;
  readonly attention: AttentionSpec;
  /** [capacity, H, D] */
  readonly queries: GPUBuffer;
  /** [K, capacity, D] */
  readonly keys: Binding;
  /** [capacity, H] f32: ln of each row's softmax denominator, highest score included */
  readonly denominators: Binding;
  readonly capacity: number;
  readonly precision: KvPrecision;
}

export interface AttentionOverviewRequest extends KeptAttention {
  /** u32: first row, row behind the last, log2 of tokens per cell */
  readonly scan: GPUBuffer;
  /** [capacity] u32: the key whose weight counts as induction; NO_TARGET: none */
  readonly targets: GPUBuffer;
  /** [cells, H, cells + figures] f32 sums */
  readonly state: Binding;
  /** Threads that share a column of cells: 1 where barriers are slow. */
  readonly lanes: number;
}

export const NO_TARGET = 0xffffffff;
export const SCAN_BYTES = 16;
/** Floats of one row of cells: the cells, then sums of the figures. */
export const STATE_FLOATS = OVERVIEW_CELLS + FIGURES.length;

export function stateBytes({ numHeads }: AttentionSpec): number {
  return OVERVIEW_CELLS * numHeads * STATE_FLOATS * 4;
}

export function keptConstants({ attention, capacity }: KeptAttention): KernelConstants {
  return {
    H: attention.numHeads,
    K: attention.numKvHeads,
    QUADS: attention.headDim / 4,
    CAPACITY: capacity,
    WINDOW: attention.slidingWindow ?? 0,
    SCALE: float(attention.scale),
  };
}

/** Rows of cells that are touched are given to the encoder as `rows`. */
export function attentionOverview(gpu: Gpu, request: AttentionOverviewRequest): Promise<Dispatch> {
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `attention overview ${request.precision}`,
      files: [shader, score, masked, CACHE_SHADERS[request.precision]],
      bindings: ["uniform", "read", "read", "read", "read_write", "read_write"],
    },
    constants: { ...keptConstants(request), CELLS: OVERVIEW_CELLS, LANES: request.lanes, STATE: STATE_FLOATS },
    bindings: [request.scan, request.queries, request.keys, request.targets, request.state, request.denominators],
    workgroups: (rows) => [rows, request.attention.numHeads, 1],
  });
}

/** Twice as many tokens per cell. */
export function overviewFold(
  gpu: Gpu,
  request: { readonly label: string; readonly numHeads: number; readonly state: Binding },
): Promise<Dispatch> {
  return prepareDispatch(gpu, {
    label: request.label,
    source: { name: "overview fold", files: [foldShader], bindings: ["read_write"] },
    constants: { CELLS: OVERVIEW_CELLS, STATE: STATE_FLOATS, H: request.numHeads },
    bindings: [request.state],
    workgroups: () => [request.numHeads, 1, 1],
  });
}
