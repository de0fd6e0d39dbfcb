/** What is kept for the next visit. A page that is reloaded takes along what is written by then. */
import { expect, type Page } from "@playwright/test";

type Entry = readonly [key: string, value: unknown];

/** Keys and values of the store of chats, settings and measurements. */
function readEntries(): Promise<Entry[]> {
  return new Promise((resolve) => {
    const opening = indexedDB.open("vitrine");
    // The page has written nothing yet, and will make the store itself.
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onerror = () => resolve([]);
    opening.onsuccess = () => {
      const database = opening.result;
      const store = database.transaction("chats").objectStore("chats");
      const [keys, values] = [store.getAllKeys(), store.getAll()];
      values.onsuccess = () => {
        database.close();
        resolve(values.result.map((value, index) => [String(keys.result[index]), value]));
      };
    };
  });
}

export async function keptEntries(page: Page, prefix = ""): Promise<Entry[]> {
  return (await page.evaluate(readEntries)).filter(([key]) => key.startsWith(prefix));
}

/** Waits until what is kept under keys of that beginning holds these words. */
export async function expectKept(page: Page, prefix: string, words: string): Promise<void> {
  await expect.poll(async () => JSON.stringify(await keptEntries(page, prefix))).toContain(words);
}
