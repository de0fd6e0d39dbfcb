/** Two tabs on one storage: what is done in one comes into the other. */
import { describe, expect, it } from "vitest";
import { type ChatStorage, createMemoryStorage } from "../shared/chatStorage";
import { type AppStore, createAppStore } from "./appStore";
import { createFakeRuntime } from "./fakeRuntime";
import { keepChats, restoreKept } from "./keeping";
import { followOtherTabs } from "./otherTabs";

type Listener = Parameters<ChatStorage["onOtherTab"]>[0];

/** One storage as each of several tabs sees it. */
function sharedStorage() {
  const storage = createMemoryStorage();
  const listeners = new Map<object, Listener>();
  return (): ChatStorage => {
    const tab = {};
    return {
      ...storage,
      update: async (changes) => {
        await storage.update(changes);
        for (const [other, listener] of listeners) if (other !== tab) listener(changes.map(({ key }) => key));
      },
      onOtherTab: (listener) => {
        listeners.set(tab, listener);
        return () => listeners.delete(tab);
      },
    };
  };
}

async function openTab(storage: ChatStorage, tokenMs = 0) {
  const store = createAppStore(createFakeRuntime({ answer: "One two three.", tokenMs }), {
    requestFrame: (run) => {
      run();
      return () => {};
    },
  });
  await restoreKept(store, storage);
  const keeper = keepChats(store, storage);
  followOtherTabs(store, storage, keeper);
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  return { store, keeper };
}

async function say(store: AppStore, text: string): Promise<void> {
  store.getState().setDraft(text);
  await store.getState().send();
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
const chatsWithWords = ({ getState }: AppStore) =>
  [...getState().chats.values()].filter(({ turns }) => turns.length > 0);
const words = ({ getState }: AppStore) => getState().turns.map(({ text }) => text);

describe("two tabs", () => {
  it("show each other's chats, renamed and deleted, and keep their own on the page", async () => {
    const storageOf = sharedStorage();
    const [one, two] = [await openTab(storageOf()), await openTab(storageOf())];
    await say(one.store, "First");
    await settle();
    const [seen] = chatsWithWords(two.store);
    expect(seen?.turns.map(({ text }) => text)).toEqual(["First", "One two three."]);
    expect(words(two.store)).toEqual([]);
    two.store.getState().renameChat(seen?.id ?? "", "Renamed");
    await settle();
    expect(one.store.getState().chat.title).toBe("Renamed");
    await two.store.getState().deleteChat(seen?.id ?? "");
    await settle();
    // It is being read there.
    expect(words(one.store)).toEqual(["First", "One two three."]);
    two.store.getState().undo?.restore();
    await settle();
    await say(two.store, "Second");
    await settle();
    expect(words(one.store)).toEqual(["First", "One two three.", "Second", "One two three."]);
    await one.store.getState().newChat();
    await two.store.getState().deleteChat(seen?.id ?? "");
    await settle();
    expect(chatsWithWords(one.store)).toEqual([]);
  });

  it("lose nothing when both answer in one chat, and neither is disturbed while it writes", async () => {
    const storageOf = sharedStorage();
    const one = await openTab(storageOf());
    await say(one.store, "First");
    const two = await openTab(storageOf(), 20);
    const slow = say(two.store, "From two");
    await settle();
    expect(two.store.getState().streaming).not.toBeNull();
    expect(words(one.store)).toEqual(["First", "One two three."]);
    await say(one.store, "From one");
    expect(two.store.getState().streaming).not.toBeNull();
    await slow;
    await settle();
    for (const { store } of [one, two]) {
      const said = store.getState().chat.turns.map(({ text }) => text);
      expect(said.sort()).toEqual(["First", "From one", "From two", ...Array(3).fill("One two three.")].sort());
      expect(store.getState().chat.turns.every(({ state }) => state === "done")).toBe(true);
    }
    // Each goes on reading what it wrote.
    expect(words(one.store)).toContain("From one");
    expect(words(two.store)).toContain("From two");
  });
});
