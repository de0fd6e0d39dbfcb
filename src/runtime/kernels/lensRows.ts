/** Rows of logits to what a grid of the logit lens shows of them. */
import shader from "../../../shaders/lens_rows.wgsl?raw";
import serial from "../../../shaders/lib/row_serial.wgsl?raw";
import workgroup from "../../../shaders/lib/row_workgroup.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { paddedStride } from "./weightMatrix";

/** `workgroup`: 256 threads a row. `serial`: one thread a row, without barriers. */
export type LensRowsVariant = "workgroup" | "serial";

export interface LensRowsRequest {
  /** V; rows of logits are padded to whole blocks of 32. */
  readonly vocabSize: number;
  readonly step: GPUBuffer;
  /** u32: the token that is followed */
  readonly followed: GPUBuffer;
  /** [T, padded V] f32 */
  readonly logits: GPUBuffer;
  /** [T, LENS_NUMBERS]: id as u32, ln of its probability, ln of the followed one's */
  readonly cells: GPUBuffer;
  readonly variant: LensRowsVariant;
}

export const LENS_NUMBERS = 3;
export const FOLLOWED_BYTES = 16;

export function lensRows(gpu: Gpu, request: LensRowsRequest): Promise<Dispatch> {
  const { vocabSize: V, variant } = request;
  const threads = variant === "serial" ? 64 : 256;
  const lanes = variant === "serial" ? 1 : threads;
  return prepareDispatch(gpu, {
    label: "lens",
    source: {
      name: `lens rows ${variant}`,
      files: [shader, step, variant === "serial" ? serial : workgroup],
      bindings: ["uniform", "uniform", "read", "read_write"],
    },
    constants: { WORKGROUP: threads, LANES: lanes, V, STRIDE: paddedStride(V) },
    bindings: [request.step, request.followed, request.logits, request.cells],
    workgroups: (rows) => grid(Math.ceil(rows / (threads / lanes))),
  });
}
