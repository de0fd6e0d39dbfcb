/** Whether to think aloud first: what the prompt says of it, and how the answer is kept and gone on with. */
import { describe, expect, it } from "vitest";
import type { GenerateRequest } from "../shared/protocol";
import { createAppStore } from "./appStore";
import { toRecord } from "./conversationFile";
import { FAKE_THINKING, FAKE_THOUGHT } from "./fakeModel";
import { createFakeRuntime, type FakeScene } from "./fakeRuntime";
import { readConversation } from "./readConversation";
import { chosenThinking, opensThought } from "./thinking";

async function setUp(scene: FakeScene = "thinking") {
  const runtime = createFakeRuntime({ scene });
  const store = createAppStore(runtime, { requestFrame: () => () => {} });
  await store.getState().openFiles([new File(["x"], "thinker.gguf")]);
  const say = async (text: string): Promise<void> => {
    store.getState().setDraft(text);
    await store.getState().send();
  };
  const prompts = () =>
    runtime.calls.flatMap(({ name, argument }) =>
      name === "generate" ? [(argument as { request: GenerateRequest }).request.prompt] : [],
    );
  return { store, say, prompts };
}

describe("the choice", () => {
  it("is the person's, else the template's, and none where the template does not ask", () => {
    expect(chosenThinking(FAKE_THINKING, null)).toBe(true);
    expect(chosenThinking({ ...FAKE_THINKING, byDefault: false }, null)).toBe(false);
    expect(chosenThinking({ ...FAKE_THINKING, byDefault: false }, true)).toBe(true);
    expect(chosenThinking(null, true)).toBeNull();
    const always = { isChoice: false, byDefault: true, opens: true };
    expect(chosenThinking(always, false)).toBeNull();
    expect(opensThought(always, false)).toBe(true);
    expect(opensThought(FAKE_THINKING, false)).toBe(false);
    expect(opensThought({ ...FAKE_THINKING, opens: false }, true)).toBe(false);
  });

  it("is told to the model with the prompt and nothing is told to one that does not ask", async () => {
    const { store, say, prompts } = await setUp();
    await say("First");
    store.getState().changeSettings({ thinks: false });
    await say("Second");
    expect(prompts().map((prompt) => prompt.kind === "chat" && prompt.thinks)).toEqual([true, false]);
    const plain = await setUp("chat");
    plain.store.getState().changeSettings({ thinks: false });
    await plain.say("First");
    expect(plain.prompts()[0]).not.toHaveProperty("thinks");
  });
});

describe("an answer", () => {
  it("keeps that it began inside of a thought, also in a file", async () => {
    const { store, say } = await setUp();
    await say("First");
    store.getState().changeSettings({ thinks: false });
    await say("Second");
    const answers = () => store.getState().turns.filter((turn) => turn.role === "assistant");
    expect(answers().map(({ text }) => text)).toEqual([FAKE_THOUGHT, "\n\nIt is both at once."]);
    const written = JSON.parse(JSON.stringify(toRecord(store.getState().chat)));
    const read = readConversation(written).turns.filter((turn) => turn.role === "assistant");
    for (const turns of [answers(), read]) {
      expect(turns.map(({ answer }) => [answer?.opensThought, answer?.settings?.thinks])).toEqual([
        [true, null],
        [false, false],
      ]);
    }
  });

  it("goes on as it began, whatever is chosen meanwhile", async () => {
    const { store, say, prompts } = await setUp();
    store.getState().changeSettings({ maxNewTokens: 4 });
    await say("First");
    store.getState().changeSettings({ thinks: false });
    const id = store.getState().turns.at(-1)?.id ?? "";
    await store.getState().continueAnswer(id);
    await store.getState().branchAnswer(id, 1, [{ id: 9, probability: null }]);
    expect(prompts().map((prompt) => prompt.kind === "chat" && prompt.thinks)).toEqual([true, true, true]);
    expect(store.getState().turns.at(-1)?.answer).toMatchObject({ opensThought: true });
  });
});
