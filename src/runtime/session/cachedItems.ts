/** Which items the cache holds, as far as is known while more is being written behind them. */
import { type PromptItem, sameItem } from "./promptItems";

export class CachedItems {
  private items: PromptItem[] = [];
  /** The text that is being written: its prompt, and what was drawn so far. */
  private writing: { readonly ids: readonly PromptItem[]; readonly fresh: readonly number[] } | null = null;

  get length(): number {
    return this.items.length;
  }

  get all(): readonly PromptItem[] {
    return this.items;
  }

  replace(items: readonly PromptItem[]): void {
    this.items = [...items];
  }

  add(items: readonly PromptItem[]): void {
    for (const item of items) this.items.push(item);
  }

  truncate(length: number): void {
    this.items.length = Math.min(this.items.length, length);
  }

  /** How many items `ids` begins with that are cached. */
  sameAs(ids: readonly PromptItem[]): number {
    let same = 0;
    while (same < ids.length && same < this.items.length && sameItem(this.items[same], ids[same])) same++;
    return same;
  }

  /** Keeps the cached items that `ids` begins with, at most `limit`, and says how many. */
  keepPrefix(ids: readonly PromptItem[], limit: number): number {
    const same = Math.min(limit, this.sameAs(ids));
    this.items.length = same;
    return same;
  }

  /** @param fresh grows while tokens are drawn */
  beginWriting(ids: readonly PromptItem[], fresh: readonly number[]): void {
    this.writing = { ids, fresh };
  }

  /** The newest token has been drawn but was not computed. */
  endWriting(capacity: number): void {
    if (this.writing === null) return;
    const { ids, fresh } = this.writing;
    this.writing = null;
    this.items = [...ids, ...fresh.slice(0, -1)].slice(0, capacity);
  }

  /** Whether the cache holds this text up to a position. */
  holds(ids: readonly PromptItem[], position: number): boolean {
    if (this.writing === null) return this.sameAs(ids) > position;
    // The newest token has been drawn, and is being computed.
    const { ids: prompt, fresh } = this.writing;
    if (position >= prompt.length + fresh.length - 1) return false;
    for (let i = 0; i <= position; i++) {
      if (!sameItem(i < prompt.length ? prompt[i] : fresh[i - prompt.length], ids[i])) return false;
    }
    return true;
  }
}
