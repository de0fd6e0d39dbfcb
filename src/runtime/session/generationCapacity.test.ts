/** What becomes of a text when the cache is full. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import type { OpenedModel } from "../openModel";
import { type Asked, ask, assistant, openGguf, type Told, user, withSession } from "../testing/asking";
import { openTestGpu } from "../testing/kernelHarness";
import { ANSWER_TEXTS, COUNT_WORDS, talkingModel } from "../testing/talkingModel";
import { randomModel, tinyGguf } from "../testing/tinyModel";
import type { Session } from "./session";

const TALKING = talkingModel();
const RANDOM = randomModel(7);

let gpu: Gpu;
let talking: OpenedModel;
let random: OpenedModel;

beforeAll(async () => {
  gpu = await openTestGpu();
  talking = await openGguf(gpu, tinyGguf(TALKING));
  random = await openGguf(gpu, tinyGguf(RANDOM));
});
afterAll(() => {
  talking.model.destroy();
  random.model.destroy();
});

describe("a full cache", () => {
  const messages = (): ChatMessage[] => [
    { role: "system", content: "tea" },
    user("cats"),
    assistant(ANSWER_TEXTS.cats),
    user("rain"),
    assistant(ANSWER_TEXTS.rain),
    user("count"),
  ];
  const lengthOf = (opened: OpenedModel, kept: readonly ChatMessage[]): number => {
    const roles = { system: "", user: "</s>", assistant: "</s>" } as const;
    const text = kept.map(({ role, content }) => `<|${role}|>${content}${roles[role]}`).join("");
    return (opened.tokenizer?.encode(`${text}<|assistant|>`, { addSpecial: true, parseSpecial: true }) ?? []).length;
  };
  const startOf = (opened: OpenedModel, kept: readonly ChatMessage[], length: number): readonly number[] => {
    const text = kept.map(({ role, content }) => `<|${role}|>${content}${role === "system" ? "" : "</s>"}`).join("");
    const ids = opened.tokenizer?.encode(`${text}<|assistant|>`, { addSpecial: true, parseSpecial: true }) ?? [];
    return ids.slice(0, length);
  };

  it.each([1, 8])("stops and says so with %d in flight", async (tokensInFlight) => {
    await withSession(talking, 48, async (session) => {
      const told = await ask(talking, session, { messages: [user("count")], maxNewTokens: 500, tokensInFlight });
      expect(told.endReason).toBe("capacity");
      // The last drawn token needs no room: nothing is computed from it.
      expect(told.ids).toHaveLength(48 - told.stats.promptTokens + 1);
      expect(told.stats.cacheLength).toBe(48);
      expect(told.text.split(" ")).toEqual(told.ids.map((_, i) => COUNT_WORDS[i % 8]));
    });
  });

  it("drops the oldest turns whole, keeps the system message, and the answer goes on", async () => {
    const whole = lengthOf(talking, messages());
    const capacity = whole + 10;
    const kept = messages().filter(({ role }, index) => role === "system" || index >= 5);
    await withSession(talking, capacity, async (session) => {
      const told = await ask(talking, session, { messages: messages(), maxNewTokens: 60, atCapacity: "drop-oldest" });
      expect(told.text.split(" ")).toEqual(told.ids.map((_, i) => COUNT_WORDS[i % 8]));
      const prompt = startOf(talking, kept, lengthOf(talking, kept));
      expect(session.cachedItems.slice(0, prompt.length)).toEqual(prompt);
      expect(session.cachedItems.slice(prompt.length)).toEqual(told.ids.slice(0, session.length - prompt.length));
      expect(told.stats.cacheLength).toBe(session.length);
      expect(session.length).toBeLessThanOrEqual(capacity);
    });
  });

  /** What came after the last time that the prompt was read again is what a session without a past says. */
  async function expectAsFresh(session: Session, told: Told): Promise<void> {
    const totals = told.events.flatMap((event) => (event.kind === "prefill" ? [event.totalTokens] : []));
    const readAgain = totals.at(-1) as number;
    const everything = [...(session.cachedItems as readonly number[]), told.ids.at(-1) as number];
    const after = everything.slice(readAgain);
    expect(new Set(totals).size).toBeGreaterThan(1);
    expect(after.length).toBeGreaterThan(3);
    await withSession(random, session.cache.capacity, async (fresh) => {
      const prompt = { kind: "ids", ids: everything.slice(0, readAgain) } as const;
      expect((await ask(random, fresh, { prompt, maxNewTokens: after.length })).ids).toEqual(after);
    });
  }

  it.each([1, 8])("never reuses rotated keys at other positions (%d in flight)", async (tokensInFlight) => {
    await withSession(random, lengthOf(random, messages()) + 8, async (session) => {
      const asked: Asked = { messages: messages(), maxNewTokens: 60, atCapacity: "drop-oldest", tokensInFlight };
      const told = await ask(random, session, asked);
      expect(told).toMatchObject({ endReason: "max-tokens", stats: { generatedTokens: 60 } });
      await expectAsFresh(session, told);
    });
  });

  it("ends when only the last message is left", async () => {
    await withSession(talking, 40, async (session) => {
      const told = await ask(talking, session, {
        messages: [user("count")],
        maxNewTokens: 500,
        atCapacity: "drop-oldest",
      });
      expect(told.endReason).toBe("capacity");
      expect(told.stats.cacheLength).toBe(40);
    });
  });

  it("a text keeps its first tokens", async () => {
    const text = "one two three one two three one two three";
    await withSession(random, 24, async (session) => {
      const told = await ask(random, session, {
        prompt: { kind: "text", text },
        maxNewTokens: 60,
        atCapacity: "drop-oldest",
      });
      const prompt = random.tokenizer?.encode(text, { addSpecial: true, parseSpecial: false }) ?? [];
      expect(session.cachedItems.slice(0, 4)).toEqual(prompt.slice(0, 4));
      await expectAsFresh(session, told);
    });
  });

  it("a prompt that does not fit is refused with both numbers, and the session stays usable", async () => {
    await withSession(talking, 32, async (session) => {
      const long = user("tea ".repeat(40));
      for (const atCapacity of ["stop", "drop-oldest"] as const) {
        const refused = ask(talking, session, { messages: [long], atCapacity });
        await expect(refused).rejects.toMatchObject({ name: "ContextOverflowError" });
        await expect(refused).rejects.toThrow(/\b32\b/);
      }
      expect((await ask(talking, session, { messages: [user("tea")] })).text).toBe(ANSWER_TEXTS.tea);
      // Dropping makes room for what alone fits.
      const turns = [long, assistant("one"), user("tea")];
      const told = await ask(talking, session, { messages: turns, atCapacity: "drop-oldest", maxNewTokens: 8 });
      expect(told.text).toBe(ANSWER_TEXTS.tea);
      await expect(ask(talking, session, { messages: turns })).rejects.toMatchObject({ name: "ContextOverflowError" });
    });
  });
});
