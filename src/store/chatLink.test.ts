/** A chat inside a link: what another page makes of it, and of links that somebody damaged. */
import { expect, it } from "vitest";
import { createAppStore, startApp } from "./appStore";
import { viewLink } from "./chatLink";
import { createFakeRuntime } from "./fakeRuntime";
import { bringsChat, openChatLink } from "./openChatLink";
import { selectedToken } from "./selectionSlice";

const PAGE = "http://localhost/vitrine/?model=none";

function inOneGo(run: () => void): () => void {
  run();
  return () => {};
}

async function page(address = PAGE, runtime = createFakeRuntime({ answer: "Eins zwei <b>drei</b> ✓" })) {
  const store = createAppStore(runtime, { requestFrame: inOneGo });
  await startApp(store, address);
  return store;
}

async function spoken() {
  const store = await page();
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  store.getState().setDraft("Zähle");
  await store.getState().send();
  return store;
}

it("shows the same chat, token and settings to whoever opens it", async () => {
  const store = await spoken();
  const answer = store.getState().turns.at(-1);
  store.getState().pinToken({ turnId: answer?.id ?? "", index: 1 });
  store.getState().showAttention({ scale: "log" });
  const link = await viewLink(store.getState(), PAGE, new Date(0));
  expect(link).toMatch(/^http:\/\/localhost\/vitrine\/\?/);
  // Files of the person's own have no address.
  expect(new URL(link).searchParams.get("model")).toBeNull();
  expect(bringsChat(link)).toBe(true);

  const other = await page(link.replace("?", "?model=none&"));
  await openChatLink(other, link);
  const seen = other.getState();
  expect(seen.turns.map(({ role, text }) => [role, text])).toEqual([
    ["user", "Zähle"],
    ["assistant", "Eins zwei <b>drei</b> ✓"],
  ]);
  expect(seen.turns.at(-1)?.answer?.ids).toEqual(answer?.answer?.ids);
  expect(selectedToken(seen)).toEqual({ turnId: answer?.id, index: 1 });
  expect(seen.attentionDisplay.scale).toBe("log");
});

it("names the model where it has an address: the page's own as a path beside it", async () => {
  const store = await spoken();
  const model = store.getState().model;
  if (model === null) throw new Error("no model");
  const linkFor = async (url: string): Promise<string | null> => {
    const request = { ...model.request, source: { kind: "url", url } as const, level: "q4_0" } as const;
    const link = await viewLink({ ...store.getState(), model: { ...model, request } }, PAGE, new Date(0));
    expect(new URL(link).searchParams.get("level")).toBe("q4_0");
    return new URL(link).searchParams.get("model");
  };
  expect(await linkFor("http://localhost/vitrine/models/pane/")).toBe("./models/pane/");
  expect(await linkFor("https://example.org/a.gguf")).toBe("https://example.org/a.gguf");
});

it("takes a chat in once, however often the link is opened", async () => {
  const store = await spoken();
  const link = await viewLink(store.getState(), PAGE, new Date(0));
  const other = await page();
  const count = (): number => [...other.getState().chats.values()].filter(({ turns }) => turns.length > 0).length;
  for (let round = 0; round < 2; round++) await openChatLink(other, link);
  expect(count()).toBe(1);
  // In the page that it came from nothing is taken in either.
  const before = store.getState().chats.size;
  await openChatLink(store, link);
  expect(store.getState().chats.size).toBe(before);
});

it.each(["#chat=", "#chat=%20%20", "#chat=AAAA", "#chat=!!!!", `#chat=${"A".repeat(5000)}`])(
  "says that %s is damaged, and changes nothing",
  async (hash) => {
    const store = await page();
    const before = store.getState().chats;
    await openChatLink(store, `${PAGE}${hash}`);
    expect(store.getState().notice?.error.name).toBe("InvalidFileError");
    expect(store.getState().chats).toBe(before);
  },
);

it("does not unfold what would fill the memory", async () => {
  const zeros = new Blob([new Uint8Array(8 * 2 ** 20)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = Buffer.from(await new Response(zeros).arrayBuffer()).toString("base64url");
  const store = await page();
  await openChatLink(store, `${PAGE}#chat=${packed}`);
  expect(store.getState().notice?.error.name).toBe("InvalidFileError");
});

it("refuses a chat that is too long for a link, and says what to do", async () => {
  const store = await spoken();
  const { chat } = store.getState();
  // Random letters, which do not compress.
  const letters = crypto.getRandomValues(new Uint8Array(40_000));
  const text = Array.from(letters, (byte) => byte.toString(36)).join("");
  const turns = chat.turns.map((turn) => ({ ...turn, text }));
  const state = { ...store.getState(), chat: { ...chat, turns } };
  await expect(viewLink(state, PAGE, new Date(0))).rejects.toMatchObject({ name: "InvalidSettingError" });
});
