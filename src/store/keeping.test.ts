import { describe, expect, it } from "vitest";
import { type ChatStorage, createMemoryStorage } from "../shared/chatStorage";
import { until } from "../shared/testing/waits";
import { type AppStore, createAppStore } from "./appStore";
import { createFakeRuntime, type FakeOptions } from "./fakeRuntime";
import { keepChats, restoreKept } from "./keeping";

const atOnce = (run: () => void): (() => void) => {
  run();
  return () => {};
};

/** A visit to the page: what an earlier one stored is restored, and what happens is kept. */
async function visit(storage = createMemoryStorage(), options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ answer: "One two three.", ...options });
  const store = createAppStore(runtime, { requestFrame: atOnce });
  const keeper = keepChats(store, storage, await restoreKept(store, storage));
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  return { runtime, store, keeper, storage };
}

async function say(store: AppStore, text: string): Promise<void> {
  store.getState().setDraft(text);
  await store.getState().send();
}

const words = (store: AppStore): string[] => store.getState().turns.map((turn) => turn.text);

describe("keepChats and restoreKept", () => {
  it("bring back chats, the one on the page, settings, layout, drafts and places", async () => {
    const before = await visit();
    await say(before.store, "First");
    const firstId = before.store.getState().chat.id;
    before.store.getState().setDraft("a draft");
    before.store.getState().keepPlace(firstId, { turnId: "x", offsetPx: -12 });
    await before.store.getState().newChat();
    await say(before.store, "Second");
    const state = before.store.getState();
    state.changeSettings({ temperature: 1.5 });
    state.changeLayout({ tab: "compare", chatShare: 0.3 });
    state.setDraft("another draft");
    await before.keeper.flush();
    before.keeper.end();
    const { store } = await visit(before.storage);
    expect(words(store)).toEqual(["Second", "One two three."]);
    expect(store.getState()).toMatchObject({
      draft: "another draft",
      settings: { temperature: 1.5 },
      layout: { tab: "compare", chatShare: 0.3 },
      places: { [firstId]: { turnId: "x", offsetPx: -12 } },
    });
    store.getState().selectChat(firstId);
    expect(store.getState().draft).toBe("a draft");
    expect(words(store)).toEqual(["First", "One two three."]);
  });

  it("keep the draft of a chat in which nothing was said yet", async () => {
    const before = await visit();
    before.store.getState().setDraft("not sent yet");
    await before.keeper.flush();
    before.keeper.end();
    expect((await visit(before.storage)).store.getState().draft).toBe("not sent yet");
  });

  it("write what a person did without being asked to flush", async () => {
    const before = await visit();
    await say(before.store, "First");
    const [reply] = before.store.getState().turns.slice(-1);
    await before.store.getState().removeTurn(reply?.id ?? "");
    before.store.getState().undo?.restore();
    // No timer has run since.
    await new Promise(setImmediate);
    before.keeper.end();
    expect(words((await visit(before.storage)).store)).toEqual(["First", "One two three."]);
  });

  it("keep the words of an answer that broke off, also with numbers that make no sense", async () => {
    const before = await visit();
    await say(before.store, "First");
    await before.keeper.flush();
    before.keeper.end();
    const { chat, turns } = before.store.getState();
    const unfinished = { chatId: chat.id, turnId: turns[1]?.id, text: "One two three. And more", answer: { stats: 7 } };
    await before.storage.update([{ key: `unfinished:${chat.id}`, write: () => unfinished }]);
    const { store } = await visit(before.storage);
    expect(store.getState().turns[1]).toMatchObject({ text: "One two three. And more", state: "stopped" });
    expect(store.getState().notice).toBeNull();
  });

  it("say that storage refuses, once, and write again when it no longer does", async () => {
    const storage = createMemoryStorage();
    let isFull = true;
    const { store, keeper } = await visit({
      ...storage,
      update: (changes) => (isFull ? Promise.reject(new Error("full")) : storage.update(changes)),
    });
    await say(store, "First");
    await keeper.flush();
    expect(store.getState().notice?.failure.kind).toBe("save");
    store.getState().dismissNotice();
    await say(store, "Second");
    await keeper.flush();
    expect(store.getState().notice).toBeNull();
    isFull = false;
    await say(store, "Third");
    await keeper.flush();
    keeper.end();
    expect(words((await visit(storage)).store)).toContain("First");
  });

  it("leave a record that cannot be read as it is", async () => {
    const storage = createMemoryStorage([["chat:x", { version: 1, id: "x", turns: "none" }]]);
    const { store, keeper } = await visit(storage);
    expect(store.getState().chats.has("x")).toBe(false);
    await say(store, "First");
    await keeper.flush();
    keeper.end();
    expect(new Map(await storage.readAll()).get("chat:x")).toEqual({ version: 1, id: "x", turns: "none" });
  });

  it("leave nothing of an answer under way when storage refused just as it ended", async () => {
    const storage = createMemoryStorage();
    let isFull = false;
    const refusing: ChatStorage = {
      ...storage,
      update: (changes) => (isFull ? Promise.reject(new Error("full")) : storage.update(changes)),
    };
    const { store, keeper } = await visit(refusing, { isEndless: true });
    store.getState().changeSettings({ maxNewTokens: 100_000 });
    store.getState().setDraft("First");
    const sent = store.getState().send();
    await until(() => store.getState().unfinishedAnswer()?.text.includes("One") === true);
    await keeper.flush();
    const unfinished = async () => (await storage.readAll()).filter(([key]) => key.startsWith("unfinished:"));
    expect(await unfinished()).toHaveLength(1);
    isFull = true;
    await store.getState().stop();
    await sent;
    await keeper.flush();
    isFull = false;
    store.getState().renameChat(store.getState().chat.id, "Renamed");
    await keeper.flush();
    keeper.end();
    expect(await unfinished()).toEqual([]);
  });
});
