/** Stopped, gone wrong, asked twice: what is kept, and that the session goes on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GenerateEvent } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import type { OpenedModel } from "../openModel";
import { ask, assistant, openGguf, user, withSession } from "../testing/asking";
import { openTestGpu } from "../testing/kernelHarness";
import { ANSWER_TEXTS, talkingModel } from "../testing/talkingModel";
import { tinyGguf } from "../testing/tinyModel";
import { Session } from "./session";

const TALKING = talkingModel();

let gpu: Gpu;
let talking: OpenedModel;

beforeAll(async () => {
  gpu = await openTestGpu();
  talking = await openGguf(gpu, tinyGguf(TALKING));
});
afterAll(() => {
  talking.model.destroy();
});

describe("ends before the end", () => {
  it.each([1, 8])("stopping keeps the text, and the next turn works (%d in flight)", async (tokensInFlight) => {
    await withSession(talking, 128, async (session) => {
      const stop = new AbortController();
      let shown = 0;
      const told = await ask(talking, session, {
        messages: [user("count")],
        maxNewTokens: 100,
        tokensInFlight,
        signal: stop.signal,
        onEvent: (event) => {
          if (event.kind === "tokens" && ++shown === 5) stop.abort();
        },
      });
      expect(told).toMatchObject({ endReason: "stopped", text: "one two three four five" });
      expect(told.stats.cacheLength).toBe(told.stats.promptTokens + 4);
      const messages = [user("count"), assistant(told.text), user("rain")];
      const next = await ask(talking, session, { messages });
      expect(next.text).toBe(ANSWER_TEXTS.rain);
      expect(next.stats.cachedTokens).toBe(told.stats.cacheLength);
    });
  });

  it("stopped while the prompt is read", async () => {
    const opened = talking;
    const session = await Session.create(opened.model, { capacity: 256, precision: "f32", prefillRows: 8 });
    const stop = new AbortController();
    const told = await ask(opened, session, {
      messages: [user(`${"one ".repeat(60)} tea`)],
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === "prefill" && event.doneTokens >= 16) stop.abort();
      },
    });
    expect(told).toMatchObject({ endReason: "stopped", text: "", ids: [] });
    expect(told.stats.cacheLength).toBe(16);
    expect((await ask(opened, session, { messages: [user("cats")] })).text).toBe(ANSWER_TEXTS.cats);
    await session.close();
  });

  it("values that are not numbers end the answer by name, and leave nothing behind", async () => {
    const poisoned = await openGguf(gpu, tinyGguf(talkingModel({ poison: true })), "poisoned.gguf");
    for (const tokensInFlight of [1, 8]) {
      await withSession(poisoned, 128, async (session) => {
        const texts: string[] = [];
        const onEvent = (event: GenerateEvent) => void (event.kind === "tokens" && texts.push(event.text));
        const broken = ask(poisoned, session, {
          messages: [user("void")],
          tokensInFlight,
          stopStrings: ["wrong way"],
          onEvent,
        });
        await expect(broken).rejects.toMatchObject({ name: "NonFiniteLogitsError" });
        // Also what could have begun a stop string.
        expect(texts.join("")).toBe("It goes wrong");
        // Rows of the cache that hold no numbers lie beyond the next conversation and must not be read.
        const told = await ask(poisoned, session, { messages: [user("cats")], tokensInFlight });
        expect(told.text).toBe(ANSWER_TEXTS.cats);
      });
    }
    poisoned.model.destroy();
  });

  it("one generation at a time", async () => {
    await withSession(talking, 128, async (session) => {
      const first = ask(talking, session, { messages: [user("count")], maxNewTokens: 20 });
      await expect(ask(talking, session, { messages: [user("tea")] })).rejects.toMatchObject({
        name: "InvalidStateError",
      });
      expect((await first).ids).toHaveLength(20);
    });
  });
});
