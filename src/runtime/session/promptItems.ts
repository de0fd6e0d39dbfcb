/** What a prompt is made of: token ids, and rows that come from elsewhere (the patches of an image). */

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
