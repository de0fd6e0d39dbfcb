import { describe, expect, it } from "vitest";
import { VitrineError } from "../shared/errors";
import type { GenerateEvent, GenerateRequest, GenerationStats, RuntimeApi } from "../shared/protocol";
import { until } from "../shared/testing/waits";
import { type AppStore, createAppStore, startApp } from "./appStore";
import { createFakeRuntime, type FakeOptions, type FakeRuntime } from "./fakeRuntime";
import { holdAnswers } from "./held";

const FILE = new File(["x"], "story.gguf");

/** Frames that come when the test says so. */
function manualFrames() {
  const waiting = new Set<() => void>();
  return {
    requestFrame: (callback: () => void) => {
      waiting.add(callback);
      return () => void waiting.delete(callback);
    },
    flush: () => {
      const due = [...waiting];
      waiting.clear();
      for (const callback of due) callback();
    },
    count: () => waiting.size,
  };
}

function setUp(options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ answer: "One two three four.", ...options });
  const frames = manualFrames();
  let seed = 100;
  const store = createAppStore(runtime, { requestFrame: frames.requestFrame, drawSeed: () => seed++, now: () => 0 });
  return { runtime, frames, store };
}

async function setUpOpen(options: Partial<FakeOptions> = {}) {
  const parts = setUp(options);
  await startApp(parts.store, "http://localhost/?model=none");
  await parts.store.getState().openFiles([FILE]);
  return parts;
}

async function say(store: AppStore, text: string): Promise<void> {
  store.getState().setDraft(text);
  await store.getState().send();
}

function requests(runtime: FakeRuntime): GenerateRequest[] {
  const generated = runtime.calls.filter((call) => call.name === "generate");
  return generated.map((call) => (call.argument as { request: GenerateRequest }).request);
}

/** Long enough that no test sees its end. */
const LONG_ANSWER = Array.from({ length: 5000 }, (_, i) => `w${i}`).join(" ");

const names = (runtime: FakeRuntime): string[] => runtime.calls.map((call) => call.name);

describe("opening a model", () => {
  it("opens files with the chosen level and makes a session", async () => {
    const { runtime, store } = setUp();
    store.getState().chooseLevel("q8_0");
    await store.getState().openFiles([FILE]);
    const { model, session, loading, cacheLength } = store.getState();
    expect(model?.report.name).toBe("story");
    expect(model?.request.level).toBe("q8_0");
    expect(session?.capacity).toBe(512);
    expect(cacheLength).toBe(0);
    expect(loading).toBeNull();
    expect(names(runtime)).toEqual(["loadModel", "createSession"]);
  });

  it("opens what the address bar names", async () => {
    const { runtime, store } = setUp();
    await startApp(store, "http://localhost/app/?model=../models/tiny&level=q4_0");
    const request = runtime.calls.find((call) => call.name === "loadModel")?.argument;
    expect(request).toMatchObject({
      source: { kind: "url", url: "http://localhost/models/tiny/" },
      level: "q4_0",
      variant: "auto",
    });
    expect(store.getState().model?.report.name).toBe("tiny");
  });

  it.each([
    ["?model=tiny.gguf&level=q3", '"q3" is not a level'],
    ["?model=javascript:alert(1)", "is neither a Hugging Face id"],
  ])("refuses %s and says why", async (search, reason) => {
    const { runtime, store } = setUp();
    await startApp(store, `http://localhost/${search}`);
    expect(store.getState().notice?.error.message).toContain(reason);
    expect(names(runtime)).not.toContain("loadModel");
  });

  it("frees the model before only once the next one is ready", async () => {
    const { runtime, store } = await setUpOpen();
    await store.getState().openFiles([new File(["y"], "other.gguf")]);
    expect(store.getState().model?.report.name).toBe("other");
    expect(names(runtime).slice(-4)).toEqual(["loadModel", "createSession", "closeSession", "unloadModel"]);
  });

  it("keeps the open model when a load fails", async () => {
    const { runtime, store } = await setUpOpen();
    const broken = createFakeRuntime({ scene: "load-error" });
    runtime.loadModel = broken.loadModel;
    await store.getState().openFiles([new File(["y"], "broken.gguf")]);
    expect(store.getState().notice?.failure).toEqual({ kind: "open", name: "broken.gguf" });
    expect(store.getState().notice?.error.name).toBe("InvalidFileError");
    expect(store.getState().model?.report.name).toBe("story");
    expect(store.getState().lastRequest).toBe(store.getState().model?.request);
    await say(store, "Still there?");
    expect(store.getState().turns.at(-1)?.text).toBe("One two three four.");
    expect(store.getState().notice).toBeNull();
  });

  it("forgets what went wrong before when another link leads to files to choose from", async () => {
    const { store } = setUp();
    const { openLink } = store.getState();
    await openLink("javascript:alert(1)", null, "http://localhost/");
    expect(store.getState().notice?.failure).toEqual({ kind: "open-link" });
    await openLink("tiny/stories-GGUF", null, "http://localhost/");
    expect(store.getState().hubFiles?.files).toHaveLength(2);
    expect(store.getState().notice).toBeNull();
  });

  it("knows the hub that the address names before it waits for anything", async () => {
    const { store } = setUp();
    const started = startApp(store, "http://localhost/?model=none&hub=http://hub.test");
    expect(store.getState().hubAddress).toBe("http://hub.test");
    await started;
  });

  it("says which list it waits for, and forgets one that comes too late", async () => {
    const { store, runtime } = setUp();
    const answers = holdAnswers(runtime, "listHubFiles");
    const late = store.getState().openLink("tiny/stories-GGUF", null, "http://localhost/");
    expect(store.getState().listing).toEqual({ id: "tiny/stories-GGUF" });
    await store.getState().openFiles([FILE]);
    expect(store.getState()).toMatchObject({ listing: null, model: { report: { name: "story" } } });
    const { model } = store.getState();
    answers[0]?.();
    await late;
    expect(store.getState()).toMatchObject({ listing: null, hubFiles: null, notice: null });
    expect(store.getState().model).toBe(model);
    const again = store.getState().openLink("tiny/stories-GGUF", null, "http://localhost/");
    answers[1]?.();
    await again;
    expect(store.getState().hubFiles?.files).toHaveLength(2);
    expect(store.getState().listing).toBeNull();
  });

  it("goes on without a hub that does not answer", async () => {
    const { store, runtime } = setUp();
    const answers = holdAnswers(runtime, "listHubFiles");
    const late = store.getState().openLink("tiny/stories-GGUF", null, "http://localhost/");
    store.getState().cancelListing();
    expect(store.getState().listing).toBeNull();
    answers[0]?.();
    await late;
    expect(store.getState()).toMatchObject({ listing: null, hubFiles: null, loading: null, model: null, notice: null });
  });

  it("is silent about a cancelled load", async () => {
    const { store } = setUp({ tokenMs: 1 });
    const opened = store.getState().openFiles([FILE]);
    await until(() => store.getState().loading !== null);
    await store.getState().cancelLoading();
    await opened;
    expect(store.getState()).toMatchObject({ loading: null, model: null, notice: null });
  });

  it("cancels what is loading when another file comes", async () => {
    const { store } = setUp({ tokenMs: 1 });
    const first = store.getState().openFiles([FILE]);
    await until(() => store.getState().loading !== null);
    const second = store.getState().openFiles([new File(["y"], "second.gguf")]);
    await Promise.all([first, second]);
    expect(store.getState().model?.report.name).toBe("second");
    expect(store.getState().notice).toBeNull();
  });

  it("knows a browser without WebGPU", async () => {
    const { runtime, store } = setUp({ scene: "no-webgpu" });
    await startApp(store, "http://localhost/?model=tiny.gguf");
    expect(store.getState().device.status).toBe("unavailable");
    expect(names(runtime)).toEqual(["describeDevice"]);
  });
});

describe("chat", () => {
  it("sends the conversation so far and the new message", async () => {
    const { runtime, store } = await setUpOpen();
    await say(store, "First");
    await say(store, "Second");
    expect(requests(runtime).at(-1)?.prompt).toEqual({
      kind: "chat",
      messages: [
        { role: "user", content: "First" },
        { role: "assistant", content: "One two three four." },
        { role: "user", content: "Second" },
      ],
    });
    expect(store.getState().turns.map((turn) => turn.state)).toEqual(["done", "done", "done", "done"]);
    expect(store.getState().draft).toBe("");
  });

  it("gives a base model the text alone", async () => {
    const { runtime, store } = await setUpOpen({ scene: "base" });
    await say(store, "Once upon a time");
    await say(store, "And then");
    expect(requests(runtime).at(-1)?.prompt).toEqual({ kind: "text", text: "And then" });
  });

  it("refuses to chat without a tokenizer and keeps the words", async () => {
    const { runtime, store } = await setUpOpen({ scene: "no-tokenizer" });
    await say(store, "Hello");
    expect(store.getState().notice?.error.name).toBe("TokenizerError");
    expect(store.getState().draft).toBe("Hello");
    expect(names(runtime)).not.toContain("generate");
  });

  it("commits text once per frame and leaves the list of turns alone", async () => {
    const { runtime, store, frames } = await setUpOpen();
    const { generate } = runtime;
    const stream: ((event: GenerateEvent) => void)[] = [];
    let end = (): void => {};
    runtime.generate = async (session, request, onEvent) => {
      const result = await generate(session, request, () => {});
      stream.push(onEvent);
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return result;
    };
    const sent = say(store, "Go");
    await until(() => stream.length === 1);
    const turnsAtStart = store.getState().turns;
    const texts: (string | undefined)[] = [];
    const unsubscribe = store.subscribe((state) => {
      texts.push(state.streaming?.text);
      if (state.streaming !== null) expect(state.turns).toBe(turnsAtStart);
    });
    const stats = { cacheLength: 5 } as GenerationStats;
    for (const text of ["One", " two", " three"])
      stream[0]?.({ kind: "tokens", ids: [1], probabilities: [0.5], text, stats });
    expect(texts).toEqual([]);
    frames.flush();
    expect(texts).toEqual(["One two three"]);
    stream[0]?.({ kind: "tokens", ids: [1], probabilities: [0.5], text: " four.", stats });
    end();
    await sent;
    frames.flush();
    unsubscribe();
    expect(texts).toEqual(["One two three", undefined]);
    expect(store.getState().turns.at(-1)?.text).toBe("One two three four.");
  });

  it("stops, keeps the text and says so", async () => {
    const { store, frames } = await setUpOpen({ answer: LONG_ANSWER });
    store.getState().changeSettings({ maxNewTokens: 10_000 });
    const sent = say(store, "Go");
    await until(() => {
      frames.flush();
      return (store.getState().streaming?.text ?? "") !== "";
    });
    await store.getState().stop();
    await sent;
    const last = store.getState().turns.at(-1);
    expect(last).toMatchObject({ state: "stopped", answer: { endReason: "stopped" } });
    expect(last?.text).toMatch(/^w0/);
  });

  it("gives the words back when nothing came of them, and leaves them out of the next prompt", async () => {
    const { runtime, store } = await setUpOpen({ scene: "broken-numbers" });
    await say(store, "Hello");
    const { turns, draft, alertTurn } = store.getState();
    expect(turns.map((turn) => [turn.text, turn.state])).toEqual([
      ["Hello", "done"],
      ["", "error"],
    ]);
    expect(turns[1]?.error?.name).toBe("NonFiniteLogitsError");
    expect(alertTurn).toBe(turns[1]?.id);
    expect(draft).toBe("Hello");
    await say(store, "Again");
    expect(requests(runtime).at(-1)?.prompt).toEqual({
      kind: "chat",
      messages: [{ role: "user", content: "Again" }],
    });
  });

  it("ignores events that arrive after the result", async () => {
    const { runtime, store, frames } = await setUpOpen();
    const late: ((event: GenerateEvent) => void)[] = [];
    const { generate } = runtime;
    runtime.generate = (session, request, onEvent) => {
      late.push(onEvent);
      return generate(session, request, onEvent);
    };
    await say(store, "Hello");
    const before = store.getState();
    late[0]?.({ kind: "prefill", doneTokens: 1, totalTokens: 2 });
    frames.flush();
    expect(store.getState()).toBe(before);
  });

  it("loses the model with the device and opens it again", async () => {
    const answer = Array.from({ length: 20 }, (_, i) => `w${i}`).join(" ");
    const { runtime, store } = await setUpOpen({ scene: "device-lost", answer });
    await say(store, "Hello");
    expect(store.getState()).toMatchObject({ model: null, session: null, draft: "" });
    expect(store.getState().turns.at(-1)).toMatchObject({ state: "error", error: { name: "DeviceLostError" } });
    expect(store.getState().turns.at(-1)?.text).toMatch(/^w0 w1/);
    await store.getState().reloadModel();
    expect(store.getState().model?.report.name).toBe("story");
    expect(names(runtime).filter((name) => name === "loadModel")).toHaveLength(2);
  });

  it("says that the device was lost while nothing was asked, and opens the model again", async () => {
    const { runtime, store } = setUp();
    await startApp(store, "http://localhost/?model=none");
    let lose = (_: Error): void => {};
    runtime.whenGone = () =>
      new Promise((_, reject) => {
        lose = reject;
      });
    await store.getState().openFiles([FILE]);
    lose(new VitrineError("DeviceLostError", "The GPU device was lost."));
    await until(() => store.getState().model === null);
    expect(store.getState().notice).toMatchObject({ failure: { kind: "device-lost" } });
    await store.getState().reloadModel();
    expect(store.getState()).toMatchObject({ model: { report: { name: "story" } }, notice: null });
  });

  it("begins a new chat in the middle of an answer", async () => {
    const { store } = await setUpOpen({ answer: LONG_ANSWER });
    store.getState().setDraft("Go");
    const sent = store.getState().send();
    await store.getState().newChat();
    await sent;
    expect(store.getState()).toMatchObject({ turns: [], streaming: null, statistics: null });
  });
});

describe("settings", () => {
  it("draws a seed for each answer when none is set, and repeats a fixed one", async () => {
    const { runtime, store } = await setUpOpen();
    await say(store, "One");
    await say(store, "Two");
    store.getState().changeSettings({ seed: 7 });
    await say(store, "Three");
    expect(requests(runtime).map((request) => request.sampling.seed)).toEqual([100, 101, 7]);
    expect(store.getState().statistics?.seed).toBe(7);
    store.getState().changeSettings({ greedy: true });
    await say(store, "Four");
    expect(store.getState().statistics?.seed).toBeNull();
  });

  it("clamps numbers and never stores what is not one", () => {
    const { store } = setUp();
    const { changeSettings } = store.getState();
    changeSettings({ temperature: 99, topK: 12.6, minP: Number.NaN, seed: -1, maxNewTokens: 0 });
    expect(store.getState().settings).toMatchObject({ temperature: 5, topK: 13, minP: 0.05, seed: 0, maxNewTokens: 1 });
    changeSettings({ seed: null });
    expect(store.getState().settings.seed).toBeNull();
  });

  it("sends stop strings one per line, escapes included", async () => {
    const { runtime, store } = await setUpOpen();
    store.getState().changeSettings({ stopText: "###\n\n\\n\\n\nUser: " });
    await say(store, "Hello");
    expect(requests(runtime)[0]?.stopStrings).toEqual(["###", "\n\n", "User: "]);
  });

  it("makes a new session when the cache changes, and none when nothing does", async () => {
    const { runtime, store } = await setUpOpen();
    await store.getState().changeCache({ capacity: 128, kvPrecision: "f16" });
    expect(store.getState().session).toMatchObject({ capacity: 128, kvPrecision: "f16" });
    await store.getState().changeCache({ capacity: 128 });
    expect(names(runtime).slice(2)).toEqual(["createSession", "closeSession", "createSession"]);
  });

  it("goes back to the cache that worked when another does not fit", async () => {
    const { runtime, store } = await setUpOpen();
    const { createSession } = runtime;
    const refuse: RuntimeApi["createSession"] = async (model, request) => {
      if (request.capacity === 4096) throw new Error("too big");
      return createSession(model, request);
    };
    runtime.createSession = refuse;
    await store.getState().changeCache({ capacity: 4096 });
    expect(store.getState().notice?.error.message).toBe("too big");
    expect(store.getState().cacheRequest.capacity).toBeNull();
    expect(store.getState().session?.capacity).toBe(512);
  });
});
