import { describe, expect, it } from "vitest";
import { createAppStore, startApp } from "./appStore";
import { createFakeRuntime } from "./fakeRuntime";
import { pinnedToken, selectedHead, selectedToken } from "./selectionSlice";

function inOneGo(run: () => void): () => void {
  run();
  return () => {};
}

async function setUp(search = "?model=none") {
  const runtime = createFakeRuntime({ answer: "One two three." });
  const store = createAppStore(runtime, { requestFrame: inOneGo });
  await startApp(store, `http://localhost/${search}`);
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  store.getState().setDraft("Count");
  await store.getState().send();
  const turnId = store.getState().turns.at(-1)?.id ?? "";
  return { store, turnId };
}

describe("selection", () => {
  it("previews what is hovered, keeps what is pinned, and unpins by the same again", async () => {
    const { store, turnId } = await setUp();
    const { pinToken, hoverToken } = store.getState();
    const first = { turnId, index: 0 };
    const second = { turnId, index: 1 };
    pinToken(first);
    hoverToken(second);
    expect(selectedToken(store.getState())).toEqual(second);
    expect(pinnedToken(store.getState())).toEqual(first);
    hoverToken(null);
    expect(selectedToken(store.getState())).toEqual(first);
    pinToken({ ...first });
    expect(selectedToken(store.getState())).toBeNull();
  });

  it("keeps token and head apart, and unpins both or one", async () => {
    const { store, turnId } = await setUp();
    const { pinToken, pinHead, unpin } = store.getState();
    pinToken({ turnId, index: 0 });
    pinHead({ layer: 1, head: 2 });
    unpin("token");
    expect(store.getState().pinned).toEqual({ token: null, head: { layer: 1, head: 2 } });
    unpin();
    expect(store.getState().pinned).toEqual({ token: null, head: null });
  });

  it("does not commit when the same is hovered again", async () => {
    const { store, turnId } = await setUp();
    let commits = 0;
    store.subscribe(() => {
      commits += 1;
    });
    for (let i = 0; i < 3; i++) store.getState().hoverToken({ turnId, index: 1 });
    for (let i = 0; i < 3; i++) store.getState().hoverToken(null);
    expect(commits).toBe(2);
  });

  it("selects nothing that the chat or the model does not have", async () => {
    const { store, turnId } = await setUp();
    store.getState().pinToken({ turnId, index: 0 });
    store.getState().pinHead({ layer: 99, head: 0 });
    expect(selectedHead(store.getState())).toBeNull();
    await store.getState().newChat();
    expect(selectedToken(store.getState())).toBeNull();
  });
});

describe("the address", () => {
  it("pins what it names when the page starts", async () => {
    const { store } = await setUp("?model=none&head=1.2");
    expect(selectedHead(store.getState())).toEqual({ layer: 1, head: 2 });
  });
});
