/**
 * Where chats and preferences are kept: keys and values that survive structured cloning. What is in a value is the
 * store's business, and so is mistrusting it.
 */
export interface ChatStorage {
  readAll(): Promise<StoredEntries>;
  /** Only these keys; those that are not there are left out. */
  read(keys: readonly string[]): Promise<StoredEntries>;
  /** All changes or none. `write` gets what is stored now, which another tab may have changed meanwhile. */
  update(changes: readonly StorageChange[]): Promise<void>;

  /** Told after another tab has changed these keys, as far as the browser can tell. Ends with what it returns. */
  onOtherTab(listener: (keys: readonly string[]) => void): () => void;
}

export type StoredEntries = readonly (readonly [key: string, value: unknown])[];

export type StorageChange =
  /** Whatever is stored: nothing is read first, so that a page that ends right after has written it. */
  | { readonly key: string; readonly value: unknown }
  | { readonly key: string; readonly write: (stored: unknown) => unknown }
  | { readonly key: string; readonly write: null };

/** Forgets everything with the page: tests, and browsers that refuse to keep anything. */
export function createMemoryStorage(entries: Iterable<readonly [string, unknown]> = []): ChatStorage {
  const kept = new Map<string, unknown>(entries);
  return {
    read: async (keys) =>
      keys.flatMap((key) => (kept.has(key) ? [[key, structuredClone(kept.get(key))] as const] : [])),
    onOtherTab: () => () => {},
    readAll: async () => [...kept].map(([key, value]) => [key, structuredClone(value)] as const),
    update: async (changes) => {
      for (const change of changes) {
        const { key } = change;
        if ("value" in change) kept.set(key, structuredClone(change.value));
        else if (change.write === null) kept.delete(key);
        else kept.set(key, structuredClone(change.write(kept.get(key))));
      }
    },
  };
}
