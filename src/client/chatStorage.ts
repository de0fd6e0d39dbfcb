/** Chats in IndexedDB. The one file that knows idb-keyval. */
import { createStore, promisifyRequest } from "idb-keyval";
import type { ChatStorage } from "../shared/chatStorage";

export function createChatStorage(): ChatStorage {
  const withStore = createStore("vitrine", "chats");
  const tabs = new BroadcastChannel("vitrine:chats");
  return {
    read: (keys) =>
      withStore("readonly", async (store) => {
        const values = await Promise.all(keys.map((key) => promisifyRequest<unknown>(store.get(key))));
        return keys.flatMap((key, index) => (values[index] === undefined ? [] : [[key, values[index]] as const]));
      }),
    onOtherTab: (listener) => {
      const hear = ({ data }: MessageEvent<readonly string[]>): void => listener(data);
      tabs.addEventListener("message", hear);
      return () => tabs.removeEventListener("message", hear);
    },
    readAll: () =>
      withStore("readonly", async (store) => {
        const [keys, values] = await Promise.all([
          promisifyRequest(store.getAllKeys()),
          promisifyRequest<unknown[]>(store.getAll()),
        ]);
        return keys.map((key, index) => [String(key), values[index]] as const);
      }),
    update: async (changes) => {
      await withStore("readwrite", (store) => {
        let isReading = false;
        for (const change of changes) {
          const { key } = change;
          if ("value" in change) store.put(change.value, key);
          else if (change.write === null) store.delete(key);
          else {
            const { write } = change;
            const read = store.get(key);
            isReading = true;
            read.onsuccess = () => {
              store.put(write(read.result), key);
            };
          }
        }
        // A page that ends does not see its requests succeed, after which it would be done by itself.
        if (!isReading) store.transaction.commit();
        return promisifyRequest(store.transaction);
      });
      tabs.postMessage(changes.map(({ key }) => key));
    },
  };
}
