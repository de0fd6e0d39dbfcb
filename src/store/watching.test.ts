/** What a person does while heads are being read, switched off or compared. */
import { describe, expect, it } from "vitest";
import type { SessionHandle } from "../shared/protocol";
import { aWhile, until } from "../shared/testing/waits";
import { createAppStore } from "./appStore";
import { createFakeRuntime, type FakeOptions } from "./fakeRuntime";
import { holdAnswers } from "./held";

async function setUp(options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ answer: "One two three four.", ...options });
  const requestFrame = (run: () => void) => {
    const timer = setTimeout(run, 0);
    return () => clearTimeout(timer);
  };
  const store = createAppStore(runtime, { requestFrame, drawSeed: () => 9 });
  const open = (name: string) => store.getState().openFiles([new File(["x"], `${name}.gguf`)]);
  await open("story");
  store.getState().setDraft("Count");
  await store.getState().send();
  const named = (name: string) => runtime.calls.filter((call) => call.name === name).map((call) => call.argument);
  return { runtime, store, open, named };
}

const HEAD = { layer: 1, head: 2 };
const OTHER = { layer: 0, head: 1 };

describe("heads that are watched", () => {
  it("are let go of when nobody looks any more before it began", async () => {
    const { runtime, store, named } = await setUp();
    const answers = holdAnswers(runtime, "setInspection");
    store.getState().watchAttention(true);
    await until(() => answers.length === 1);
    store.getState().watchAttention(false);
    answers[0]?.();
    await until(() => answers.length === 2);
    answers[1]?.();
    expect(named("setInspection")).toMatchObject([{ on: true }, { on: false }]);
  });

  it("are never shown as those of a model that was opened meanwhile", async () => {
    const { runtime, store, open } = await setUp();
    const first = store.getState().session?.handle;
    const { readOverview } = runtime;
    const asked: SessionHandle[] = [];
    runtime.readOverview = async (session, known) => {
      asked.push(session);
      if (session !== first) return null;
      const overview = await readOverview(session, known);
      await open("other");
      return overview;
    };
    const shown: unknown[] = [];
    store.subscribe(({ model, attention }) => {
      if (model?.report.name === "other") shown.push(attention.maps);
    });
    store.getState().watchAttention(true);
    await until(() => asked.length === 1 && store.getState().model?.report.name === "other");
    store.getState().refreshAttention();
    await until(() => asked.length === 2);
    expect(new Set(shown)).toEqual(new Set([null]));
  });
});

describe("a lens into a text", () => {
  it("shows nothing of it once another is looked at", async () => {
    const { runtime, store } = await setUp();
    const first = store.getState().chat.id;
    await store.getState().newChat();
    store.getState().setDraft("Count again");
    await store.getState().send();
    store.getState().watchAttention(true);
    const shown = () => store.getState().attention.answer?.turnId;
    await until(() => shown() !== undefined);
    const second = shown();
    const lenses = holdAnswers(runtime, "readLens");
    const rollouts = holdAnswers(runtime, "readRollout");
    const looked = store.getState().readAttentionLens(1, 5);
    const rolled = store.getState().readAttentionRollout(1);
    await until(() => lenses.length === 1 && rollouts.length === 1);
    store.getState().selectChat(first);
    store.getState().refreshAttention();
    await until(() => shown() !== undefined && shown() !== second);
    lenses[0]?.();
    rollouts[0]?.();
    expect(await looked).toBeNull();
    expect(await rolled).toBeNull();
    expect(lenses).toHaveLength(1);
  });
});

describe("an answer with heads switched off", () => {
  it("is asked for once, however often it is pressed", async () => {
    const { store, named } = await setUp();
    store.getState().toggleAblated([HEAD]);
    const { regenerateAblated } = store.getState();
    await Promise.all([regenerateAblated(), regenerateAblated()]);
    expect(named("generate")).toHaveLength(2);
    expect(store.getState().ablation).toMatchObject({ state: "done", error: null });
  });

  it("is measured with the heads that it was asked for with", async () => {
    const { runtime, store, named } = await setUp();
    const turn = store.getState().turns.at(-1) ?? expect.fail();
    store.getState().pinToken({ turnId: turn.id, index: 2 });
    store.getState().toggleAblated([HEAD]);
    const answers = holdAnswers(runtime, "generate");
    const asked = store.getState().regenerateAblated();
    await until(() => answers.length === 1);
    store.getState().toggleAblated([OTHER]);
    const { id } = store.getState().chat;
    await store.getState().newChat();
    answers[0]?.();
    await asked;
    const factors = [{ ...HEAD, factor: 0 }];
    expect(store.getState().ablation).toMatchObject({ state: "done", factors, effects: [{ at: "pinned", index: 2 }] });
    expect(named("readEffect")).toMatchObject([{ factors }]);
    store.getState().selectChat(id);
    expect(store.getState().headFactors).toHaveLength(2);
  });

  it("is not begun any more when a message is sent first", async () => {
    const { runtime, store, named } = await setUp();
    const answers = holdAnswers(runtime, "setInspection");
    store.getState().watchAttention(true);
    await until(() => answers.length === 1);
    store.getState().toggleAblated([HEAD]);
    const asked = store.getState().regenerateAblated();
    // It waits for what is read of the chat.
    await until(() => store.getState().ablation?.state === "running");
    await aWhile();
    store.getState().setDraft("Go on");
    const sent = store.getState().send();
    await until(() => named("stop").length === 1);
    answers[0]?.();
    await Promise.all([asked, sent]);
    expect(store.getState().ablation?.state).toBe("stopped");
    expect(named("generate")).toHaveLength(2);
    expect(
      store
        .getState()
        .turns.map(({ text }) => text)
        .slice(-2),
    ).toEqual(["Go on", "One two three four."]);
    expect(named("scaleHeads").at(-1)).toMatchObject({ factors: [] });
  });

  it("waits for an experiment, which has all its heads", async () => {
    const { runtime, store } = await setUp();
    const answers = holdAnswers(runtime, "readOverview");
    const compared = store.getState().comparePrompts("a cat", "a dog");
    await until(() => answers.length === 1);
    store.getState().toggleAblated([HEAD]);
    const asked = store.getState().regenerateAblated();
    await until(() => store.getState().ablation?.state === "running");
    answers[0]?.();
    await until(() => answers.length === 2);
    answers[1]?.();
    await Promise.all([compared, asked]);
    const order = runtime.calls.map(({ name }) => name).filter((name) => name === "showText" || name === "scaleHeads");
    expect(order.slice(0, 3)).toEqual(["showText", "showText", "scaleHeads"]);
    expect(store.getState().experiment?.state).toBe("done");
    expect(store.getState().ablation?.state).toBe("done");
  });
});

it("nothing that was found about one model is shown of the next", async () => {
  const { runtime, store, open } = await setUp();
  store.getState().toggleAblated([HEAD]);
  await store.getState().regenerateAblated();
  const answers = holdAnswers(runtime, "readOverview");
  const compared = store.getState().comparePrompts("a cat", "a dog");
  await until(() => answers.length === 1);
  await open("other");
  expect(store.getState()).toMatchObject({ experiment: null, ablation: null });
  answers[0]?.();
  await until(() => answers.length === 2);
  answers[1]?.();
  await compared;
  expect(store.getState().experiment).toBeNull();
});
