import { describe, expect, it } from "vitest";
import { type ChatStorage, createMemoryStorage } from "../shared/chatStorage";
import { VitrineError } from "../shared/errors";
import type { ChatMessage, GenerateRequest } from "../shared/protocol";
import { until } from "../shared/testing/waits";
import { type AppStore, createAppStore, startApp } from "./appStore";
import { readChatFile, toJson } from "./conversationFile";
import { toMarkdown } from "./conversationMarkdown";
import { createFakeRuntime, type FakeOptions, type FakeRuntime } from "./fakeRuntime";
import { keepChats, restoreKept } from "./keeping";
import { MAX_PICTURE_BYTES, pictureTypeOf } from "./picture";
import { readConversation } from "./readConversation";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Not decodable; the fake runtime does not decode. Another size is another picture to it, too. */
function png(name: string, extra: number): File {
  return new File([Uint8Array.from([...PNG, ...Array.from({ length: extra }, () => 7)])], name);
}

function setUp(options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ scene: "vision", answer: "One two.", ...options });
  const requestFrame = () => () => {};
  const store = createAppStore(runtime, { requestFrame, drawSeed: () => 1, now: () => 0 });
  return { runtime, store };
}

async function setUpOpen(options: Partial<FakeOptions> = {}) {
  const parts = setUp(options);
  await startApp(parts.store, "http://localhost/?model=none");
  await parts.store.getState().openFiles([new File(["x"], "story.gguf")]);
  return parts;
}

async function say(store: AppStore, text: string, ...files: readonly File[]): Promise<void> {
  await store.getState().attachPictures(files);
  store.getState().setDraft(text);
  await store.getState().send();
}

const attached = (store: AppStore): readonly string[] => store.getState().attached[store.getState().chat.id] ?? [];
const calls = (runtime: FakeRuntime, name: string) => runtime.calls.filter((call) => call.name === name);

function messagesOf(runtime: FakeRuntime): readonly ChatMessage[] {
  const { argument } = calls(runtime, "generate").at(-1) ?? {};
  const { request } = argument as { request: GenerateRequest };
  if (request.prompt.kind !== "chat") throw new Error("no chat");
  return request.prompt.messages;
}

/** Opens another model over the one there is: one that does not see. */
async function openBlind({ runtime, store }: Awaited<ReturnType<typeof setUpOpen>>): Promise<void> {
  runtime.loadModel = createFakeRuntime().loadModel;
  await store.getState().openFiles([new File(["x"], "blind.gguf")]);
}

describe("a picture in a message", () => {
  it("goes with it, and its hash into the prompt; the model is shown it once", async () => {
    const { runtime, store } = await setUpOpen();
    await say(store, "What is it?", png("cat.png", 3));
    const [message] = store.getState().turns;
    const id = message?.images[0] ?? "";
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(store.getState().pictures.get(id)).toMatchObject({ id, name: "cat.png" });
    expect(store.getState().pictures.get(id)?.blob.type).toBe("image/png");
    expect(attached(store)).toEqual([]);
    expect(messagesOf(runtime)).toEqual([{ role: "user", content: "What is it?", images: ["fake-11"] }]);
    await say(store, "And now?", png("dog.png", 4));
    expect(messagesOf(runtime).map(({ images }) => images)).toEqual([["fake-11"], undefined, ["fake-12"]]);
    expect(calls(runtime, "addImage")).toHaveLength(2);
  });

  it("needs no words", async () => {
    const { runtime, store } = await setUpOpen();
    await say(store, "", png("cat.png", 3));
    expect(messagesOf(runtime)).toEqual([{ role: "user", content: "", images: ["fake-11"] }]);
  });

  it("is taken out again before sending", async () => {
    const { runtime, store } = await setUpOpen();
    await store.getState().attachPictures([png("cat.png", 3), png("dog.png", 4)]);
    store.getState().detachPicture(attached(store)[0] as string);
    await say(store, "Hello");
    expect(messagesOf(runtime)).toEqual([{ role: "user", content: "Hello", images: ["fake-12"] }]);
  });

  it("stays through editing, regenerating and branching", async () => {
    const { runtime, store } = await setUpOpen();
    await say(store, "What?", png("cat.png", 3));
    const [message, answer] = store.getState().turns;
    await store.getState().regenerate(answer?.id as string);
    expect(messagesOf(runtime)[0]?.images).toEqual(["fake-11"]);
    await store.getState().branchAnswer(answer?.id as string, 1, [{ id: 1, probability: null }]);
    expect(messagesOf(runtime)[0]?.images).toEqual(["fake-11"]);
    await store.getState().editTurn(message?.id as string, "What then?");
    expect(messagesOf(runtime)).toEqual([{ role: "user", content: "What then?", images: ["fake-11"] }]);
    expect(calls(runtime, "addImage")).toHaveLength(1);
  });

  it("can be taken out while editing, and then words may stay", async () => {
    const { runtime, store } = await setUpOpen();
    await say(store, "What?", png("cat.png", 3));
    const [message] = store.getState().turns;
    await store.getState().editTurn(message?.id as string, "What?", []);
    expect(messagesOf(runtime)).toEqual([{ role: "user", content: "What?" }]);
  });

  it("comes back with its words when the answer came to nothing", async () => {
    const { store } = await setUpOpen();
    await store.getState().attachPictures([png("cat.png", 3)]);
    const ids = attached(store);
    store.getState().setDraft("What?");
    const ensureSession = () => Promise.reject(new VitrineError("OutOfMemoryError", "No room."));
    store.setState({ ensureSession });
    await store.getState().send();
    expect(store.getState().draft).toBe("What?");
    expect(attached(store)).toEqual(ids);
  });

  it("is shown again to the next model that sees", async () => {
    const { runtime, store } = await setUpOpen();
    await say(store, "What?", png("cat.png", 3));
    await store.getState().openFiles([new File(["x"], "other.gguf")]);
    await say(store, "Again?");
    expect(calls(runtime, "addImage").map(({ argument }) => argument)).toEqual([1, 3]);
    expect(messagesOf(runtime)[0]?.images).toEqual(["fake-11"]);
  });

  it("that is gone is said by name", async () => {
    const { store } = await setUpOpen();
    await say(store, "What?", png("cat.png", 3));
    store.setState({ pictures: new Map(), seen: { model: null, reports: new Map() } });
    await say(store, "Again?");
    expect(store.getState().turns.at(-1)?.error?.name).toBe("InvalidStateError");
  });
});

describe("what is taken", () => {
  it.each([
    ["image/png", [...PNG]],
    ["image/jpeg", [0xff, 0xd8, 0xff, 0xe0]],
    ["image/gif", [...new TextEncoder().encode("GIF89a")]],
    ["image/webp", [...new TextEncoder().encode("RIFF\0\0\0\0WEBP")]],
    ["image/avif", [...new TextEncoder().encode("\0\0\0 ftypavif")]],
    ["image/avif", [...new TextEncoder().encode("\0\0\0 ftypmif1\0\0\0\0miafavif")]],
    [null, [...new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>")]],
    [null, [...new TextEncoder().encode("\0\0\0 ftypheic\0\0\0\0mif1heic")]],
    [null, []],
  ])("%s, by the first bytes", (type, bytes) => {
    expect(pictureTypeOf(Uint8Array.from(bytes))).toBe(type);
  });

  it("others are refused in words, and those beside them stay", async () => {
    const { store } = await setUpOpen();
    const svg = new File(["<svg xmlns='http://www.w3.org/2000/svg'/>"], "evil.png", { type: "image/png" });
    await store.getState().attachPictures([svg, png("cat.png", 3)]);
    expect(store.getState().notice).toMatchObject({
      failure: { kind: "picture", name: "evil.png" },
      error: { name: "InvalidFileError" },
    });
    expect(attached(store)).toHaveLength(1);
  });

  it("nothing above 20 MiB", async () => {
    const { store } = await setUpOpen();
    await store
      .getState()
      .attachPictures([new File([Uint8Array.from(PNG), new Uint8Array(MAX_PICTURE_BYTES)], "x.png")]);
    expect(store.getState().notice?.error.message).toContain("20.0 MiB");
    expect(attached(store)).toEqual([]);
  });

  it("what the browser cannot decode is taken out at once", async () => {
    const { runtime, store } = await setUpOpen();
    runtime.addImage = () => Promise.reject(new VitrineError("InvalidFileError", "No picture."));
    await store.getState().attachPictures([png("torn.png", 3)]);
    expect(attached(store)).toEqual([]);
    expect(store.getState().notice?.failure).toEqual({ kind: "picture", name: "torn.png" });
  });
});

describe("a model that does not see", () => {
  it("is not asked before the person agrees to leave the pictures out", async () => {
    const parts = await setUpOpen();
    const { runtime, store } = parts;
    await say(store, "What?", png("cat.png", 3));
    await openBlind(parts);
    const before = calls(runtime, "generate").length;
    await say(store, "Again?");
    expect(calls(runtime, "generate")).toHaveLength(before);
    expect(store.getState().notice?.error.name).toBe("InvalidSettingError");
    expect(store.getState().draft).toBe("Again?");
    store.getState().leavePicturesOut(store.getState().chat.id);
    await store.getState().send();
    expect(messagesOf(runtime).map(({ images }) => images)).toEqual([undefined, undefined, undefined]);
    expect(store.getState().turns.at(-1)?.text).toBe("One two.");
  });

  it("gets the message without those attached; the chat keeps what was sent", async () => {
    const parts = await setUpOpen();
    const { store } = parts;
    await say(store, "What?", png("cat.png", 3));
    await store.getState().attachPictures([png("dog.png", 4)]);
    await openBlind(parts);
    store.getState().leavePicturesOut(store.getState().chat.id);
    expect(attached(store)).toEqual([]);
    expect(store.getState().turns[0]?.images).toHaveLength(1);
  });
});

describe("storage", () => {
  async function keysOf(storage: ChatStorage): Promise<string[]> {
    return (await storage.readAll()).map(([key]) => key);
  }
  const images = async (storage: ChatStorage) => (await keysOf(storage)).filter((key) => key.startsWith("image:"));

  it("keeps each picture once, beside the chats that name it, and brings it back", async () => {
    const storage = createMemoryStorage();
    const { store } = await setUpOpen();
    const keeper = keepChats(store, storage);
    await say(store, "What?", png("cat.png", 3));
    await store.getState().newChat();
    await say(store, "What?", png("same.png", 3));
    await store.getState().attachPictures([png("dog.png", 4)]);
    await keeper.flush();
    expect(await images(storage)).toHaveLength(2);
    const records = (await storage.readAll()).filter(([key]) => key.startsWith("chat:"));
    expect(JSON.stringify(records).length).toBeLessThan(6000);

    const { store: next } = setUp();
    await restoreKept(next, storage);
    expect(attached(next)).toEqual(attached(store));
    const id = next.getState().turns[0]?.images[0] ?? "";
    const blob = next.getState().pictures.get(id)?.blob;
    expect(new Uint8Array((await blob?.arrayBuffer()) ?? [])).toEqual(Uint8Array.from([...PNG, 7, 7, 7]));
  });

  it("a draft's picture survives in the empty chat", async () => {
    const storage = createMemoryStorage();
    const { store } = await setUpOpen();
    const keeper = keepChats(store, storage);
    await store.getState().attachPictures([png("cat.png", 3)]);
    await keeper.flush();
    const { store: next } = setUp();
    await restoreKept(next, storage);
    expect(attached(next)).toEqual(attached(store));
  });

  it("removes a picture when nothing names it any more, and undo brings it back", async () => {
    const storage = createMemoryStorage();
    const { store } = await setUpOpen();
    const keeper = keepChats(store, storage);
    await say(store, "What?", png("cat.png", 3));
    await keeper.flush();
    await store.getState().removeTurn(store.getState().turns[0]?.id as string);
    await keeper.flush();
    expect(await images(storage)).toEqual([]);
    store.getState().undo?.restore();
    await keeper.flush();
    expect(await images(storage)).toHaveLength(1);
    await store.getState().attachPictures([png("dog.png", 4)]);
    await keeper.flush();
    expect(await images(storage)).toHaveLength(2);
    store.getState().detachPicture(attached(store)[0] as string);
    await keeper.flush();
    expect(await images(storage)).toHaveLength(1);
  });

  it("leaves what another tab names, and what an unreadable chat names", async () => {
    const storage = createMemoryStorage();
    const { store } = await setUpOpen();
    const keeper = keepChats(store, storage);
    await say(store, "What?", png("cat.png", 3));
    await keeper.flush();
    const [id] = store.getState().turns[0]?.images ?? [];
    const theirs = { version: 99, turns: [{ images: [id] }] };
    await storage.update([{ key: "chat:theirs", write: () => theirs }]);
    await store.getState().deleteChat(store.getState().chat.id);
    await keeper.flush();
    expect(await images(storage)).toHaveLength(1);
  });

  it("what was left behind goes at the next start", async () => {
    const entry = ["image:00", { name: "x", blob: new Blob(["x"], { type: "image/png" }) }] as const;
    const storage = createMemoryStorage([entry]);
    const { store } = setUp();
    await restoreKept(store, storage);
    await until(async () => (await keysOf(storage)).length === 0);
    expect(await keysOf(storage)).toEqual([]);
  });

  it("chats of the version before have no pictures", () => {
    const turn = { id: "a", parentId: null, role: "user", text: "Hi", state: "done", createdAt: 1 };
    const chat = readConversation({ version: 1, id: "c", createdAt: 1, updatedAt: 1, turns: [turn] });
    expect(chat.turns[0]?.images).toEqual([]);
    const broken = { version: 2, id: "c", createdAt: 1, updatedAt: 1, turns: [{ ...turn, images: ["../x"] }] };
    expect(() => readConversation(broken)).toThrow("turns[0].images");
  });
});

describe("export and import", () => {
  async function exported() {
    const { store } = await setUpOpen();
    await say(store, "What?", png("cat.png", 3));
    const { chat, pictures } = store.getState();
    return { store, json: await toJson([chat], new Date(0), pictures) };
  }
  const importText = async (text: string) => {
    const { store } = setUp();
    const count = await store.getState().importChats(new File([text], "chats.json"));
    return { store, count };
  };

  it("carries the pictures there and back", async () => {
    const { store: before, json } = await exported();
    const { store, count } = await importText(json);
    expect(count).toBe(1);
    const [id] = store.getState().turns[0]?.images ?? [];
    expect(id).toBe(before.getState().turns[0]?.images[0]);
    const picture = store.getState().pictures.get(id ?? "");
    expect(picture?.name).toBe("cat.png");
    expect(new Uint8Array((await picture?.blob.arrayBuffer()) ?? [])).toEqual(Uint8Array.from([...PNG, 7, 7, 7]));
  });

  it("takes what was exported before there were pictures", async () => {
    const { json } = await exported();
    const { images: _, ...old } = JSON.parse(json);
    old.chats[0].version = 1;
    for (const turn of old.chats[0].turns) delete turn.images;
    const { chats, pictures } = await readChatFile(JSON.stringify(old));
    expect(chats[0]?.turns[0]?.images).toEqual([]);
    expect(pictures).toEqual([]);
  });

  const svg = `data:image/svg+xml;base64,${btoa("<svg/>")}`;
  it.each([
    ["a script in place of a picture", svg, /data URL/],
    ["a picture by link", "https://example.org/cat.png", /data URL/],
    ["text called a picture", `data:image/png;base64,${btoa("<svg/>")}`, /Only PNG/],
    ["another picture than the key says", `data:image/png;base64,${btoa(String.fromCharCode(...PNG))}`, /SHA-256/],
    ["more than 20 MiB", `data:image/png;base64,${"A".repeat(30_000_000)}`, /20 MiB/],
    ["what is no text", 7, /should be text/],
  ])("refuses %s, and nothing of the file is taken", async (_, data, reason) => {
    const { json } = await exported();
    const file = JSON.parse(json);
    for (const id of Object.keys(file.images)) file.images[id].data = data;
    const { store, count } = await importText(JSON.stringify(file));
    expect(count).toBe(0);
    expect(store.getState().notice?.error.message).toMatch(reason);
    expect(store.getState().pictures.size).toBe(0);
    expect(store.getState().turns).toEqual([]);
  });

  it("Markdown names them", async () => {
    const { store } = await exported();
    const names = {
      untitled: "",
      system: "",
      user: "You",
      assistant: "It",
      picture: (name: string) => `Picture: ${name}`,
    };
    const { chat, pictures } = store.getState();
    expect(toMarkdown(chat, names, pictures)).toContain("## You\n\n*Picture: cat.png*\n\nWhat?");
  });
});
