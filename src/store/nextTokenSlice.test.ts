import { describe, expect, it } from "vitest";
import type { GenerateRequest } from "../shared/protocol";
import { aWhile, until } from "../shared/testing/waits";
import { createAppStore } from "./appStore";
import { createFakeRuntime, type FakeOptions } from "./fakeRuntime";
import { holdAnswers } from "./held";
import { lookedAtToken, NO_VIEW } from "./nextTokenSlice";

function soon(run: () => void): () => void {
  const timer = setTimeout(run, 0);
  return () => clearTimeout(timer);
}

async function setUp(options: Partial<FakeOptions> = {}) {
  const runtime = createFakeRuntime({ answer: "One two three four.", ...options });
  const store = createAppStore(runtime, { requestFrame: soon, drawSeed: () => 9 });
  await store.getState().openFiles([new File(["x"], "story.gguf")]);
  store.getState().setDraft("Count");
  const sent = store.getState().send();
  if (options.tokenMs === undefined) await sent;
  const answerOf = () => store.getState().turns.find((turn) => turn.role === "assistant");
  const named = (name: string) => runtime.calls.filter((call) => call.name === name).map((call) => call.argument);
  return { runtime, store, sent, answerOf, named };
}

describe("looking at next tokens", () => {
  it("keeps and asks nothing while nobody looks", async () => {
    const { store, named } = await setUp();
    store.getState().refreshNextToken();
    await aWhile();
    expect(named("watchNextToken")).toEqual([]);
    expect(named("nextToken")).toEqual([]);
  });

  it("asks about the newest token, with the prompt, the ids and the settings there are", async () => {
    const { store, named, answerOf } = await setUp();
    store.getState().watchNextToken(true);
    await until(() => store.getState().nextToken.report !== null);
    expect(named("watchNextToken")).toHaveLength(1);
    expect(named("nextToken")).toEqual([
      {
        session: store.getState().session?.handle,
        request: expect.objectContaining({
          prompt: { kind: "chat", messages: [{ role: "user", content: "Count" }] },
          answerIds: answerOf()?.answer?.ids,
          index: 3,
          sampling: expect.objectContaining({ temperature: 0.8, topK: 40, seed: 0 }),
        }),
      },
    ]);
    expect(store.getState().nextToken.place).toEqual({ turnId: answerOf()?.id, index: 3 });
  });

  it("shows nothing that comes after nobody looks any more", async () => {
    const { runtime, store } = await setUp();
    const answers = holdAnswers(runtime, "nextToken");
    store.getState().watchNextToken(true);
    await until(() => answers.length === 1);
    store.getState().watchNextToken(false);
    answers[0]?.();
    await aWhile();
    expect(store.getState().nextToken).toBe(NO_VIEW);
  });

  it("asks again for what is pinned, and for other settings; of many changes the last counts", async () => {
    const { store, named, answerOf } = await setUp();
    store.getState().watchNextToken(true);
    await until(() => store.getState().nextToken.report !== null);
    store.getState().pinToken({ turnId: answerOf()?.id ?? "", index: 1 });
    for (const topK of [1, 2, 3, 4, 5]) {
      store.getState().changeSettings({ topK });
      store.getState().refreshNextToken();
    }
    await until(() => store.getState().nextToken.report?.stages[1]?.survivors === 5);
    expect(store.getState().nextToken.report?.index).toBe(1);
    expect(named("nextToken").length).toBeLessThanOrEqual(3);
  });

  it("frees what was kept when the last one stops looking", async () => {
    const { store, named } = await setUp();
    store.getState().watchNextToken(true);
    store.getState().watchNextToken(true);
    await until(() => store.getState().nextToken.report !== null);
    store.getState().watchNextToken(false);
    expect(named("watchNextToken")).toHaveLength(1);
    store.getState().watchNextToken(false);
    expect(named("watchNextToken").at(-1)).toMatchObject({ isWatching: false });
    expect(store.getState().nextToken.report).toBeNull();
  });

  it("follows the answer that is being written", async () => {
    const { store, sent } = await setUp({ tokenMs: 30, answer: "a b c d e f g h i j k l" });
    store.getState().watchNextToken(true);
    const unsubscribe = store.subscribe((state, before) => {
      if (state.streaming !== before.streaming) state.refreshNextToken();
    });
    const seen = new Set<number>();
    store.subscribe(({ nextToken }) => {
      if (nextToken.report !== null) seen.add(nextToken.report.index);
    });
    await sent;
    unsubscribe();
    expect(seen.size).toBeGreaterThan(1);
    expect(lookedAtToken(store.getState())?.index).toBe(11);
  });

  it("says what went wrong, and works again afterwards", async () => {
    const { store, runtime } = await setUp();
    const { nextToken } = runtime;
    runtime.nextToken = () => Promise.reject(Object.assign(new Error("too long"), { name: "ContextOverflowError" }));
    store.getState().watchNextToken(true);
    await until(() => store.getState().nextToken.error !== null);
    expect(store.getState().nextToken.error?.name).toBe("ContextOverflowError");
    runtime.nextToken = nextToken;
    store.getState().refreshNextToken();
    await until(() => store.getState().nextToken.report !== null);
    expect(store.getState().nextToken.error).toBeNull();
  });

  it("waits where the runtime does not know yet", async () => {
    const { store, runtime } = await setUp();
    runtime.nextToken = async () => null;
    store.getState().watchNextToken(true);
    await until(() => store.getState().nextToken.isWaiting);
    expect(store.getState().nextToken.report).toBeNull();
  });

  it("asks nothing about an answer of another model", async () => {
    const { store, named } = await setUp();
    await store.getState().openFiles([new File(["y"], "other.gguf")]);
    store.getState().watchNextToken(true);
    await aWhile();
    expect(named("nextToken")).toEqual([]);
  });
});

describe("branching", () => {
  it("begins another answer with the same tokens and the chosen one", async () => {
    const { store, named, answerOf } = await setUp();
    const first = answerOf();
    const firstIds = first?.answer?.ids ?? [];
    await store.getState().branchAnswer(first?.id ?? "", 2, [{ id: 300, probability: 0.125 }]);
    const { request } = named("generate").at(-1) as { request: GenerateRequest };
    expect(request.answerIds).toEqual([...firstIds.slice(0, 2), 300]);
    expect(request.prompt).toEqual({ kind: "chat", messages: [{ role: "user", content: "Count" }] });
    const { turns, chat } = store.getState();
    const branch = turns.at(-1);
    expect(branch?.parentId).toBe(first?.parentId);
    expect(chat.turns.find((turn) => turn.id === first?.id)?.text).toBe("One two three four.");
    expect(branch?.text).toContain("One two three four.");
    expect(branch?.answer?.ids.slice(0, 3)).toEqual(request.answerIds);
    expect(branch?.answer?.probabilities).toHaveLength(branch?.answer?.ids.length ?? -1);
    expect(branch?.answer?.probabilities[2]).toBe(0.125);
  });

  it("stops the answer under way, and branches off that", async () => {
    const { store, sent, answerOf } = await setUp({
      tokenMs: 5,
      answer: "a b c d e f g h i j k l m n o p q r s t u v",
    });
    await until(() => (store.getState().streaming?.ids.length ?? 0) > 3);
    await store.getState().branchAnswer(answerOf()?.id ?? "", 1, [{ id: 7, probability: null }]);
    await sent;
    const answers = store.getState().chat.turns.filter((turn) => turn.role === "assistant");
    expect(answers.map((turn) => turn.state)).toEqual(["stopped", "done"]);
    expect(answers[1]?.answer?.ids.slice(0, 2)).toEqual([0, 7]);
  });

  it("goes on with an answer by its own tokens", async () => {
    const { store, named, answerOf } = await setUp();
    await store.getState().continueAnswer(answerOf()?.id ?? "");
    const { request } = named("generate").at(-1) as { request: GenerateRequest };
    // The end token is not part of what goes on.
    expect(request.answerIds).toEqual([0, 1, 2]);
    expect(request.prompt).toEqual({ kind: "chat", messages: [{ role: "user", content: "Count" }] });
    expect(answerOf()?.answer?.probabilities).toHaveLength(answerOf()?.answer?.ids.length ?? -1);
  });
});

describe("texts of tokens", () => {
  it("are loaded once, and for an answer that grew only what is new", async () => {
    const { store, named, answerOf } = await setUp();
    const id = answerOf()?.id ?? "";
    await store.getState().loadTokenTexts(id);
    await store.getState().loadTokenTexts(id);
    expect(named("tokenTexts")).toHaveLength(1);
    expect(store.getState().tokenTexts.get(id)).toHaveLength(4);
    await store.getState().continueAnswer(id);
    await store.getState().loadTokenTexts(id);
    expect(named("tokenTexts")).toHaveLength(2);
    expect(
      store
        .getState()
        .tokenTexts.get(id)
        ?.map((token) => token.id),
    ).toEqual(answerOf()?.answer?.ids);
  });
});
