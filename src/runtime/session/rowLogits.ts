/** Logits of every row of a prefill step: final norm and head behind the layers. */
import type { Dispatch } from "../gpu/dispatch";
import { matmul } from "../kernels/matmul";
import { normRows } from "../kernels/norm";
import { paddedStride } from "../kernels/weightMatrix";
import type { Session } from "./session";

/** Logits held on the GPU at a time. */
const LOGIT_BYTES = 64 * 2 ** 20;

/** Rows whose logits are computed at a time. */
export function logitRows(session: Session): number {
  const rowBytes = paddedStride(session.model.spec.vocabSize) * 4;
  return Math.max(1, Math.min(session.forward.prefillRows, Math.floor(LOGIT_BYTES / rowBytes)));
}

/** What rows are read from, and where their norms go: the forward pass's own, unless it may be used meanwhile. */
export interface RowBuffers {
  readonly step: GPUBuffer;
  /** [T, padded C] f32 each */
  readonly hidden: GPUBuffer;
  readonly normed: GPUBuffer;
}

/** @param logits [T, padded V] f32 */
export async function rowLogits(
  session: Session,
  logits: GPUBuffer,
  buffers: RowBuffers = session.forward.buffers,
): Promise<Dispatch[]> {
  const { gpu, spec, weights, choice } = session.model;
  const norm = await normRows(gpu, {
    label: "final norm of rows",
    vectors: weights.finalNorm,
    columns: spec.hiddenSize,
    step: buffers.step,
    x: buffers.hidden,
    y: buffers.normed,
    lastRowOnly: false,
    layout: choice.norm,
  });
  const head = await matmul(gpu, {
    label: "head of rows",
    ...weights.head,
    step: buffers.step,
    x: buffers.normed,
    y: logits,
    yStride: paddedStride(spec.vocabSize),
    epilogue: "store",
    activation: null,
    variant: choice.matmul,
  });
  return [norm, ...head];
}
