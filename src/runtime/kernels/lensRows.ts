/** Rows of logits to what a grid of the logit lens shows of them. */
import shader from "../../../shaders/lens_rows.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, prepareDispatch } from "../gpu/dispatch";
import { type LogitRowsVariant, logitRows } from "./logitRows";

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
  readonly variant: LogitRowsVariant;
}

export const LENS_NUMBERS = 3;
export const FOLLOWED_BYTES = 16;

export function lensRows(gpu: Gpu, request: LensRowsRequest): Promise<Dispatch> {
  const { vocabSize: V, variant } = request;
  const rows = logitRows(V, variant);
  return prepareDispatch(gpu, {
    label: "lens",
    source: {
      name: `lens rows ${variant}`,
      files: [shader, step, ...rows.files],
      bindings: ["uniform", "uniform", "read", "read_write"],
    },
    constants: rows.constants,
    bindings: [request.step, request.followed, request.logits, request.cells],
    workgroups: rows.workgroups,
  });
}
