/** What a comparison is given by whoever runs it. */
import type { ComparisonEvent, ComparisonRequest } from "../../shared/comparison";
import type { ComparedChoice } from "../../shared/recipes";
import type { OpenedModel } from "../openModel";
import type { ComparedHeads } from "./comparedHeads";

/** A model that somebody may have open anyway; `release` frees it if nobody has. */
export interface BorrowedModel {
  readonly opened: OpenedModel;
  readonly release: () => void;
  /** On the GPU, which `release` frees. */
  readonly ownBytes: number;
}

export type BorrowModel = (
  level: ComparedChoice,
  onBytes: (done: number, total: number) => void,
) => Promise<BorrowedModel>;

export type ComparisonQuestion = Omit<ComparisonRequest, "model">;

export interface ComparisonSetting {
  readonly borrow: BorrowModel;
  readonly onEvent: (event: ComparisonEvent) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Resolves when there is no pause, or when the signal aborts. */
  readonly passed: () => Promise<void>;
  /** Gets the heads of reference and levels, which outlive the run. */
  readonly heads: ComparedHeads;
  /** All that may lie on the GPU, the chat's own included; null: not known, then the first refusal tells. */
  readonly budgetBytes: number | null;
  /** The reference's logits are kept where they take no more than this, and at least those of one window. */
  readonly keptBytes: number;
}

/** For `ComparisonSetting.keptBytes`. */
export const KEPT_BYTES = 256 * 2 ** 20;
