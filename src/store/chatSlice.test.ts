/** What a person does while an answer or a picture is on its way. */
import { describe, expect, it } from "vitest";
import { until } from "../shared/testing/waits";
import { createAppStore } from "./appStore";
import { repeatsBranch, type Turn } from "./conversation";
import { toJson } from "./conversationFile";
import { createFakeRuntime, type FakeOptions } from "./fakeRuntime";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

async function setUp(options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ answer: "One two three.", ...options });
  const requestFrame = (run: () => void) => {
    const timer = setTimeout(run, 0);
    return () => clearTimeout(timer);
  };
  let now = 0;
  // Statistics are shown with every frame.
  const store = createAppStore(runtime, { requestFrame, now: () => (now += 1000) });
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  // No answer ends before the test ends it.
  store.getState().changeSettings({ maxNewTokens: 100_000 });
  const say = (text: string): Promise<void> => {
    store.getState().setDraft(text);
    return store.getState().send();
  };
  return { runtime, store, say };
}

/** The chat on the page has an answer of two tokens; another one is being answered. */
async function setUpElsewhere() {
  const { store, say } = await setUp({ isEndless: true });
  store.getState().changeSettings({ maxNewTokens: 2 });
  await say("First");
  const first = store.getState().chat.id;
  await store.getState().newChat();
  store.getState().changeSettings({ maxNewTokens: 100_000 });
  const sent = say("Second");
  await until(() => (store.getState().streaming?.ids.length ?? 0) > 3);
  store.getState().selectChat(first);
  return { store, sent };
}

describe("while an answer is on its way", () => {
  it("deleting it twice can be undone as deleting it once", async () => {
    const { store, say } = await setUp({ isEndless: true });
    const sent = say("Hello");
    await until(() => store.getState().streaming?.text.includes("One two") === true);
    const [message] = store.getState().turns;
    const { removeTurn } = store.getState();
    await Promise.all([removeTurn(message?.id ?? ""), removeTurn(message?.id ?? "")]);
    await sent;
    expect(store.getState().turns).toEqual([]);
    store.getState().undo?.restore();
    expect(store.getState().turns.map(({ text }) => text)).toEqual(["Hello", expect.stringContaining("One two")]);
  });

  it("another chat shows the statistics of its own newest answer", async () => {
    const { store, sent } = await setUpElsewhere();
    const streamed = store.getState().streaming?.ids.length ?? 0;
    await until(() => (store.getState().streaming?.ids.length ?? 0) > streamed);
    expect(store.getState().statistics?.stats.generatedTokens).toBe(2);
    await store.getState().stop();
    await sent;
    expect(store.getState().statistics?.stats.generatedTokens).toBe(2);
  });
});

describe("other words for a message", () => {
  it("end the answer that is on its way to the old ones, and are answered", async () => {
    const { store, say } = await setUp({ isEndless: true });
    const sent = say("Hello");
    await until(() => store.getState().streaming?.text.includes("One two") === true);
    const edited = store.getState().editTurn(store.getState().turns[0]?.id ?? "", "Good morning");
    await sent;
    await until(() => store.getState().streaming?.text.includes("One two") === true);
    expect(store.getState().turns.map(({ text }) => text)).toEqual(["Good morning", ""]);
    await store.getState().stop();
    await edited;
    expect(store.getState().chat.turns.map(({ role, state }) => [role, state])).toEqual([
      ["user", "done"],
      ["assistant", "stopped"],
      ["user", "done"],
      ["assistant", "stopped"],
    ]);
  });

  it("are kept, and disturb nothing, while another chat is answered", async () => {
    const { store, sent } = await setUpElsewhere();
    await store.getState().editTurn(store.getState().turns[0]?.id ?? "", "First in other words");
    expect(store.getState().turns.map(({ text }) => text)).toEqual(["First in other words"]);
    expect(store.getState().streaming).not.toBeNull();
    await store.getState().stop();
    await sent;
  });
});

describe("while a picture is being read", () => {
  const picture = () => new File([Uint8Array.from(PNG)], "cat.png");

  it("a message that is sent takes it along, and is sent once", async () => {
    const { store, say } = await setUp({ scene: "vision" });
    const attached = store.getState().attachPictures([picture()]);
    await Promise.all([say("What is it?"), store.getState().send(), attached]);
    const { turns, attached: left, chat } = store.getState();
    expect(turns.map(({ text, images }) => [text, images.length])).toEqual([
      ["What is it?", 1],
      ["One two three.", 0],
    ]);
    expect(left[chat.id]).toEqual([]);
  });

  it("a message waits in its chat when another chat is opened", async () => {
    const { store, say } = await setUp({ scene: "vision" });
    await say("Before");
    const { id } = store.getState().chat;
    const attached = store.getState().attachPictures([picture()]);
    const sent = say("What is it?");
    await store.getState().newChat();
    store.getState().setDraft("Other words");
    await Promise.all([sent, attached]);
    expect(store.getState()).toMatchObject({ draft: "Other words", turns: [] });
    store.getState().selectChat(id);
    expect(store.getState().draft).toBe("What is it?");
    expect(store.getState().attached[id]).toHaveLength(1);
  });
});

it("a recording that is asked for twice brings its chat once", async () => {
  const { runtime, store, say } = await setUp();
  await say("Hello");
  const { model, session, chat, pictures } = store.getState();
  const chats = await toJson([chat], new Date(0), pictures);
  await store.getState().deleteChat(chat.id);
  const { report } = model ?? expect.fail();
  runtime.openRecording = async () => ({ report, session: session ?? expect.fail(), chats });
  const { openRecorded } = store.getState();
  await Promise.all([openRecorded("http://localhost/"), openRecorded("http://localhost/")]);
  const said = [...store.getState().chats.values()].filter(({ turns }) => turns.length > 0);
  expect(said).toHaveLength(1);
});

describe("an answer that says what one before it said", () => {
  it("is known by its tokens, and the first one is none", async () => {
    const { store, say } = await setUp();
    await say("First");
    const [, first] = store.getState().turns;
    await store.getState().regenerate(first?.id ?? "");
    const [, second] = store.getState().turns;
    store.getState().changeSettings({ maxNewTokens: 2 });
    await store.getState().regenerate(first?.id ?? "");
    const [, shorter] = store.getState().turns;
    const { chat } = store.getState();
    expect([first, second, shorter].map((turn) => repeatsBranch(chat, turn as Turn))).toEqual([false, true, false]);
  });
});
