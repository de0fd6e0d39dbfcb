/** What a prompt is made of: token ids, and rows that come from elsewhere (the patches of an image). */
import { VitrineError } from "../../shared/errors";
import type { ModelSpec } from "../../shared/modelSpec";

/** A row of the residual stream that takes a token's place. */
export interface EmbeddingRow {
  /** Of the content: rows with the same hash are the same row, so the cache may reuse what it computed from them. */
  readonly hash: string;
  /** [C] */
  readonly values: Float32Array<ArrayBuffer>;
}

export type PromptItem = number | EmbeddingRow;

export function isToken(item: PromptItem): item is number {
  return typeof item === "number";
}

export function sameItem(a: PromptItem | undefined, b: PromptItem | undefined): boolean {
  if (typeof a === "object" && typeof b === "object") return a.hash === b.hash;
  return a === b;
}

/** The id the embedding kernel looks up for an item: rows are written over what it finds. */
export function lookupId(item: PromptItem): number {
  return typeof item === "number" ? item : 0;
}

/** @throws ContextOverflowError with both lengths, InvalidSettingError */
export function checkItems(items: readonly PromptItem[], spec: ModelSpec, capacity: number): void {
  if (items.length === 0) {
    throw new VitrineError("InvalidSettingError", "There is nothing to continue: the prompt is empty.");
  }
  if (items.length > capacity) {
    throw new VitrineError(
      "ContextOverflowError",
      `The prompt has ${items.length} tokens, the context holds ${capacity}. Shorten it or choose a larger context.`,
    );
  }
  for (const item of items) checkItem(item, spec);
}

function checkItem(item: PromptItem, { vocabSize, hiddenSize }: ModelSpec): void {
  if (typeof item === "object") {
    if (item.values.length === hiddenSize) return;
    const message = `An embedding row has ${item.values.length} values; this model has ${hiddenSize}.`;
    throw new VitrineError("InvalidSettingError", message);
  }
  if (Number.isInteger(item) && item >= 0 && item < vocabSize) return;
  throw new VitrineError("InvalidSettingError", `Token id ${item} is outside the vocabulary of ${vocabSize}.`);
}
