/** What a person does while a model is on its way. */
import { describe, expect, it } from "vitest";
import type { LoadRequest } from "../shared/protocol";
import { until } from "../shared/testing/waits";
import { createAppStore } from "./appStore";
import { createFakeRuntime, type FakeOptions } from "./fakeRuntime";
import { holdAnswers } from "./held";
import { sourceName } from "./modelSource";

function setUp(options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ answer: "One two three.", ...options });
  const store = createAppStore(runtime, { requestFrame: () => () => {} });
  // No answer ends before the test ends it.
  store.getState().changeSettings({ maxNewTokens: 100_000 });
  const open = (name: string) => store.getState().openFiles([new File(["x"], `${name}.gguf`)]);
  const named = (name: string) => runtime.calls.filter((call) => call.name === name).map((call) => call.argument);
  const loaded = () => (named("loadModel") as LoadRequest[]).map(({ source }) => sourceName(source));
  return { runtime, store, open, named, loaded };
}

describe("while a model is on its way", () => {
  it("the last of several that were asked for opens, and none before it begins", async () => {
    const { runtime, store, open, loaded } = setUp();
    const answers = holdAnswers(runtime, "loadModel");
    const first = open("first");
    await until(() => answers.length === 1);
    const others = [open("second"), open("third")];
    answers[0]?.();
    await until(() => answers.length === 2);
    answers[1]?.();
    await Promise.all([first, ...others]);
    expect(loaded()).toEqual(["first.gguf", "third.gguf"]);
    expect(store.getState().model?.report.name).toBe("third");
  });

  it("a cache that is chosen meanwhile is the one it gets", async () => {
    const { runtime, store, open } = setUp();
    const answers = holdAnswers(runtime, "createSession");
    const opened = open("story");
    await until(() => answers.length === 1);
    const changed = store.getState().changeCache({ kvPrecision: "f16" });
    answers[0]?.();
    await opened;
    await until(() => answers.length === 2);
    answers[1]?.();
    await changed;
    await until(() => store.getState().session?.kvPrecision === "f16");
    expect(store.getState().cacheRequest.kvPrecision).toBe("f16");
  });

  it("it is not opened when it is cancelled while the answer under way comes to its end", async () => {
    const { runtime, store, open, named } = setUp({ isEndless: true });
    await open("first");
    store.getState().setDraft("Hello");
    const sent = store.getState().send();
    await until(() => named("generate").length === 1);
    const stops = holdAnswers(runtime, "stop");
    const opened = open("second");
    await until(() => stops.length === 1);
    const cancelled = store.getState().cancelLoading();
    stops[0]?.();
    await Promise.all([opened, cancelled, sent]);
    expect(store.getState().model?.report.name).toBe("first");
    expect(store.getState().loading).toBeNull();
  });

  it("nobody is asked whether it fits once it was cancelled", async () => {
    const { runtime, store } = setUp();
    const lists = holdAnswers(runtime, "listKept");
    const cancel = { now: (): void => {} };
    const { FAKE_INSPECTION } = await import("./fakeLibrary");
    runtime.loadModel = (_request, _onProgress, onInspected) =>
      new Promise((_, reject) => {
        void onInspected?.({ ...FAKE_INSPECTION, levels: [] });
        cancel.now = () => reject(Object.assign(new Error("Loading was cancelled."), { name: "CancelledError" }));
      });
    runtime.cancelLoad = async () => cancel.now();
    const opened = store.getState().openLink("http://localhost/story.gguf", null, "http://localhost/");
    await until(() => lists.length === 1);
    await store.getState().cancelLoading();
    await opened;
    lists[0]?.();
    const storage = holdAnswers(runtime, "describeStorage");
    const refreshed = store.getState().refreshLibrary();
    lists[1]?.();
    storage[0]?.();
    await refreshed;
    expect(store.getState()).toMatchObject({ loading: null, looked: null, notice: null });
  });
});

describe("while a cache is being made", () => {
  it("closing the model is no error", async () => {
    const { runtime, store, open } = setUp();
    await open("story");
    const answers = holdAnswers(runtime, "closeSession");
    const changed = store.getState().changeCache({ kvPrecision: "f16" });
    await until(() => answers.length === 1);
    const closed = store.getState().closeModel();
    runtime.createSession = () => Promise.reject(new Error("That model is no longer loaded."));
    answers[0]?.();
    await Promise.all([changed, closed]);
    expect(store.getState()).toMatchObject({ model: null, session: null, notice: null });
  });

  it("a choice that came later is not taken back by one that failed", async () => {
    const { runtime, store, open } = setUp();
    await open("story");
    const { createSession } = runtime;
    runtime.createSession = (model, request) =>
      request.capacity === 999 ? Promise.reject(new Error("too much")) : createSession(model, request);
    const answers = holdAnswers(runtime, "createSession");
    const first = store.getState().changeCache({ capacity: 999 });
    await until(() => answers.length === 1);
    const second = store.getState().changeCache({ capacity: 100, kvPrecision: "f16" });
    answers[0]?.();
    await until(() => answers.length === 2);
    answers[1]?.();
    await Promise.all([first, second]);
    expect(store.getState().cacheRequest).toEqual({ capacity: 100, kvPrecision: "f16" });
    expect(store.getState().session).toMatchObject({ capacity: 100, kvPrecision: "f16" });
  });
});
