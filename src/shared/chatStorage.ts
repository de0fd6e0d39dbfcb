/**
 * Where chats and preferences are kept: keys and values that survive structured cloning. What is in a value is the
 * store's business, and so is mistrusting it.
 */
export interface ChatStorage {
  readAll(): Promise<readonly (readonly [key: string, value: unknown])[]>;
  /** All changes or none. `write` gets what is stored now, which another tab may have changed meanwhile. */
  update(changes: readonly StorageChange[]): Promise<void>;
}

export type StorageChange =
  | { readonly key: string; readonly write: (stored: unknown) => unknown }
  | { readonly key: string; readonly write: null };

/** Forgets everything with the page: tests, and browsers that refuse to keep anything. */
export function createMemoryStorage(entries: Iterable<readonly [string, unknown]> = []): ChatStorage {
  const kept = new Map<string, unknown>(entries);
  return {
    readAll: async () => [...kept].map(([key, value]) => [key, structuredClone(value)] as const),
    update: async (changes) => {
      for (const { key, write } of changes) {
        if (write === null) kept.delete(key);
        else kept.set(key, structuredClone(write(kept.get(key))));
      }
    },
  };
}
