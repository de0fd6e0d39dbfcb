/** Two tabs on one storage: what is done in one comes into the other. */
import { describe, expect, it } from "vitest";
import { type ChatStorage, createMemoryStorage } from "../shared/chatStorage";
import { aWhile, until } from "../shared/testing/waits";
import { type AppStore, createAppStore } from "./appStore";
import { createFakeRuntime, type FakeOptions } from "./fakeRuntime";
import { holdAnswers } from "./held";
import { keepChats, restoreKept } from "./keeping";
import { followOtherTabs } from "./otherTabs";

type Listener = Parameters<ChatStorage["onOtherTab"]>[0];

/** One storage as each of several tabs sees it. */
function sharedStorage() {
  const storage = createMemoryStorage();
  const tabs = new Set<Set<Listener>>();
  return (): ChatStorage => {
    const own = new Set<Listener>();
    tabs.add(own);
    return {
      ...storage,
      update: async (changes) => {
        await storage.update(changes);
        const keys = changes.map(({ key }) => key);
        for (const others of tabs) if (others !== own) for (const listener of others) listener(keys);
      },
      onOtherTab: (listener) => {
        own.add(listener);
        return () => own.delete(listener);
      },
    };
  };
}

async function openTab(storage: ChatStorage, options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ answer: "One two three.", ...options });
  const store = createAppStore(runtime, {
    requestFrame: (run) => {
      run();
      return () => {};
    },
  });
  const keeper = keepChats(store, storage, await restoreKept(store, storage));
  followOtherTabs(store, storage, keeper);
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  return { runtime, store, keeper };
}

async function say(store: AppStore, text: string): Promise<void> {
  store.getState().setDraft(text);
  await store.getState().send();
}

const chatsWithWords = ({ getState }: AppStore) =>
  [...getState().chats.values()].filter(({ turns }) => turns.length > 0);
const words = ({ getState }: AppStore) => getState().turns.map(({ text }) => text);

describe("two tabs", () => {
  it("show each other's chats, renamed and deleted, and keep their own on the page", async () => {
    const storageOf = sharedStorage();
    const [one, two] = [await openTab(storageOf()), await openTab(storageOf())];
    await say(one.store, "First");
    await until(() => chatsWithWords(two.store)[0]?.turns[1]?.state === "done");
    const [seen] = chatsWithWords(two.store);
    expect(seen?.turns.map(({ text }) => text)).toEqual(["First", "One two three."]);
    expect(words(two.store)).toEqual([]);
    two.store.getState().renameChat(seen?.id ?? "", "Renamed");
    await until(() => one.store.getState().chat.title !== null);
    expect(one.store.getState().chat.title).toBe("Renamed");
    await two.store.getState().deleteChat(seen?.id ?? "");
    await aWhile();
    // It is being read there.
    expect(words(one.store)).toEqual(["First", "One two three."]);
    two.store.getState().undo?.restore();
    await aWhile();
    await say(two.store, "Second");
    await until(() => words(one.store).length === 4);
    expect(words(one.store)).toEqual(["First", "One two three.", "Second", "One two three."]);
    await one.store.getState().newChat();
    await two.store.getState().deleteChat(seen?.id ?? "");
    await until(() => chatsWithWords(one.store).length === 0);
  });

  it("lose nothing when both answer in one chat, and neither is disturbed while it writes", async () => {
    const storageOf = sharedStorage();
    const one = await openTab(storageOf());
    await say(one.store, "First");
    const two = await openTab(storageOf());
    // Its answer lasts until it is let go.
    const answers = holdAnswers(two.runtime, "generate");
    const slow = say(two.store, "From two");
    await until(() => answers.length === 1);
    await aWhile();
    expect(two.store.getState().streaming).not.toBeNull();
    expect(words(one.store)).toEqual(["First", "One two three."]);
    await say(one.store, "From one");
    await aWhile();
    expect(two.store.getState().streaming).not.toBeNull();
    answers[0]?.();
    await slow;
    for (const { store } of [one, two]) {
      const said = () => store.getState().chat.turns.map(({ text }) => text);
      await until(() => said().length === 6);
      expect(said().sort()).toEqual(["First", "From one", "From two", ...Array(3).fill("One two three.")].sort());
      expect(store.getState().chat.turns.every(({ state }) => state === "done")).toBe(true);
    }
    // Each goes on reading what it wrote.
    expect(words(one.store)).toContain("From one");
    expect(words(two.store)).toContain("From two");
  });

  it("take back nothing that the other kept: prompts, recipes, drafts", async () => {
    const storageOf = sharedStorage();
    const one = await openTab(storageOf());
    await say(one.store, "First");
    await one.keeper.flush();
    const two = await openTab(storageOf());
    const [first] = chatsWithWords(one.store);
    one.store.getState().savePromptPreset("Short", "Answer in one word.");
    one.store.getState().keepRecipe("Fine ends", "q4_0+layer0=q8_0");
    one.store.getState().setDraft("begun in one");
    await one.keeper.flush();
    await aWhile();
    await two.store.getState().newChat();
    await say(two.store, "Second");
    two.store.getState().setDraft("begun in two");
    two.store.getState().savePromptPreset("Long", "Tell all.");
    await two.keeper.flush();
    one.keeper.end();
    two.keeper.end();
    const { store } = await openTab(storageOf());
    const { promptPresets, ownRecipes, draft, drafts } = store.getState();
    expect(promptPresets.map(({ name }) => name)).toEqual(["Short", "Long"]);
    expect(ownRecipes.map(({ name }) => name)).toEqual(["Fine ends"]);
    expect(draft).toBe("begun in two");
    expect(drafts[first?.id ?? ""]).toBe("begun in one");
  });

  it("forget in storage what one of them deleted, whatever the other writes after it", async () => {
    const storageOf = sharedStorage();
    const one = await openTab(storageOf());
    one.store.getState().savePromptPreset("Short", "Answer in one word.");
    one.store.getState().savePromptPreset("Long", "Tell all.");
    await one.keeper.flush();
    const two = await openTab(storageOf());
    one.store.getState().deletePromptPreset(one.store.getState().promptPresets[0]?.id ?? "");
    await one.keeper.flush();
    await aWhile();
    two.store.getState().setDraft("begun in two");
    await two.keeper.flush();
    one.keeper.end();
    two.keeper.end();
    const { store } = await openTab(storageOf());
    expect(store.getState().promptPresets.map(({ name }) => name)).toEqual(["Long"]);
  });

  it("keep what is said while a chat of the other comes in with its pictures", async () => {
    const storageOf = sharedStorage();
    const one = await openTab(storageOf(), { scene: "vision" });
    await say(one.store, "First");
    await one.keeper.flush();
    const own = storageOf();
    const waiting: (() => void)[] = [];
    let isHeld = true;
    const slow: ChatStorage = {
      ...own,
      read: async (keys) => {
        if (isHeld && keys.some((key) => key.startsWith("image:"))) {
          await new Promise<void>((resolve) => void waiting.push(resolve));
        }
        return own.read(keys);
      },
    };
    const two = await openTab(slow, { scene: "vision" });
    const [shared] = chatsWithWords(two.store);
    two.store.getState().selectChat(shared?.id ?? "");
    const picture = { id: "p1", name: "a.png", blob: new Blob(["x"], { type: "image/png" }) };
    one.store.getState().addPictures([picture]);
    one.store.getState().putBack(one.store.getState().chat.id, [picture.id]);
    await say(one.store, "With a picture");
    await until(() => waiting.length === 1);
    await say(two.store, "Said meanwhile");
    isHeld = false;
    waiting[0]?.();
    const said = () => two.store.getState().chat.turns.map(({ text }) => text);
    await until(() => said().includes("With a picture"));
    expect(said()).toContain("Said meanwhile");
    two.keeper.end();
    one.keeper.end();
    const { store } = await openTab(own);
    expect([...store.getState().chats.values()].flatMap(({ turns }) => turns.map(({ text }) => text))).toContain(
      "Said meanwhile",
    );
  });
});
