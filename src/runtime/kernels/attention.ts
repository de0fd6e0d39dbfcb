/** Fused attention over the cache: softmax(q K^T scale) V, no weights kept. */

import serialShader from "../../../shaders/attention_serial.wgsl?raw";
import workgroupShader from "../../../shaders/attention_workgroup.wgsl?raw";
import masked from "../../../shaders/lib/masked.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import type { AttentionSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import { type Binding, type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { float } from "../gpu/pipelines";
import { CACHE_SHADERS } from "./cacheShaders";

/** `workgroup`: one workgroup per query and head. `serial`: one thread, without barriers. */
export type AttentionVariant = "workgroup" | "serial";

export interface AttentionRequest {
  readonly label: string;
  readonly attention: AttentionSpec;
  readonly step: GPUBuffer;
  /** [T, H, D] f32 */
  readonly queries: GPUBuffer;
  /** [K, capacity, D] */
  readonly keys: Binding;
  /** [K, capacity, D] */
  readonly values: Binding;
  readonly capacity: number;
  readonly precision: KvPrecision;
  /** [H] f32: 1 leaves a head as it is, 0 switches it off */
  readonly headScales: Binding;
  /** [T, outStride] f32 */
  readonly mixed: GPUBuffer;
  readonly outStride: number;
  readonly variant: AttentionVariant;
}

const SERIAL_WORKGROUP = 32;

export function attention(gpu: Gpu, request: AttentionRequest): Promise<Dispatch> {
  const { numHeads, numKvHeads, headDim, scale, slidingWindow, causal } = request.attention;
  const quads = headDim / 4;
  const serial = request.variant === "serial";
  const workgroup = serial ? SERIAL_WORKGROUP : quads > 128 ? 256 : 128;
  const shape = {
    WORKGROUP: workgroup,
    H: numHeads,
    K: numKvHeads,
    QUADS: quads,
    CAPACITY: request.capacity,
    WINDOW: slidingWindow ?? 0,
    CAUSAL: causal ? 1 : 0,
    SCALE: float(scale),
    OUT_STRIDE: request.outStride / 4,
  };
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `attention ${request.variant} ${request.precision}`,
      files: [serial ? serialShader : workgroupShader, step, masked, CACHE_SHADERS[request.precision]],
      bindings: ["uniform", "read", "read", "read", "read", "read_write"],
    },
    constants: serial ? shape : { ...shape, SLICES: Math.floor(workgroup / quads) },
    bindings: [request.step, request.queries, request.keys, request.values, request.headScales, request.mixed],
    workgroups: (rows) => grid(serial ? Math.ceil((rows * numHeads) / workgroup) : rows * numHeads),
  });
}
