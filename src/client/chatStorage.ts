/** Chats in IndexedDB. The one file that knows idb-keyval. */
import { createStore, promisifyRequest } from "idb-keyval";
import type { ChatStorage } from "../shared/chatStorage";

export function createChatStorage(): ChatStorage {
  const withStore = createStore("vitrine", "chats");
  return {
    readAll: () =>
      withStore("readonly", async (store) => {
        const [keys, values] = await Promise.all([
          promisifyRequest(store.getAllKeys()),
          promisifyRequest<unknown[]>(store.getAll()),
        ]);
        return keys.map((key, index) => [String(key), values[index]] as const);
      }),
    update: (changes) =>
      withStore("readwrite", (store) => {
        for (const { key, write } of changes) {
          if (write === null) {
            store.delete(key);
            continue;
          }
          const read = store.get(key);
          read.onsuccess = () => {
            store.put(write(read.result), key);
          };
        }
        return promisifyRequest(store.transaction);
      }),
  };
}
