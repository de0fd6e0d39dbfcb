/** Two models' logits after the same tokens to what a comparison keeps of each row. */

import shader from "../../../shaders/compare_rows.wgsl?raw";
import step from "../../../shaders/lib/step.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, prepareDispatch } from "../gpu/dispatch";
import { type LogitRowsVariant, logitRows } from "./logitRows";

export interface CompareRowsRequest {
  /** V; rows of logits are padded to whole blocks of 32. */
  readonly vocabSize: number;
  /** Likely tokens listed for each side; at most V. */
  readonly top: number;
  readonly step: GPUBuffer;
  /** [T, padded V] f32 of the reference */
  readonly reference: GPUBuffer;
  /** [T, padded V] f32 */
  readonly level: GPUBuffer;
  /** [T] ids that follow each row */
  readonly nextTokens: GPUBuffer;
  /** `scoreBytes(T)` */
  readonly scores: GPUBuffer;
  /** `topBytes(T, top)` */
  readonly tops: GPUBuffer;
  readonly variant: LogitRowsVariant;
}

/** nll of P, nll of Q, KLD, largest P, logits that are not finite. */
export const SCORE_NUMBERS = 5;

export function scoreBytes(rows: number): number {
  return rows * SCORE_NUMBERS * 4;
}

/** For each row and side: id, ln P, ln Q. */
export function topBytes(rows: number, top: number): number {
  return rows * 2 * top * 12;
}

export function compareRows(gpu: Gpu, request: CompareRowsRequest): Promise<Dispatch> {
  const { vocabSize: V, variant } = request;
  const rows = logitRows(V, variant);
  return prepareDispatch(gpu, {
    label: "compare",
    source: {
      name: `compare rows ${variant}`,
      files: [shader, step, ...rows.files],
      bindings: ["uniform", "read", "read", "read", "read_write", "read_write"],
    },
    constants: { ...rows.constants, TOP: request.top },
    bindings: [request.step, request.reference, request.level, request.nextTokens, request.scores, request.tops],
    workgroups: rows.workgroups,
  });
}
