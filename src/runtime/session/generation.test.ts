/** Text level: known answers, steps in flight, stop strings and streaming around a session. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage } from "../../shared/protocol";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { type OpenedModel, openModel } from "../openModel";
import { type Asked, ask, assistant, openGguf, outcome, streamed, user, withSession } from "../testing/asking";
import { openTestGpu } from "../testing/kernelHarness";
import { ANSWER_TEXTS, talkingModel } from "../testing/talkingModel";
import { EOS_ID } from "../testing/talkingVocabulary";
import { randomModel, type TinyModel, tinyFolder, tinyGguf } from "../testing/tinyModel";

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

const idsOf = (model: TinyModel, words: readonly string[]) => words.map((word) => model.vocabulary.idOf(word));

describe("known answers", () => {
  it.each(["cats", "rain", "tea", "hush"] as const)("%s: words, then the model ends by itself", async (topic) => {
    await withSession(talking, 128, async (session) => {
      const told = await ask(talking, session, { messages: [user(`Tell me of ${topic}, please`)] });
      expect(told).toMatchObject({ text: ANSWER_TEXTS[topic], endReason: "end-of-text" });
      expect(told.ids.at(-1)).toBe(EOS_ID);
    });
  });

  it("from a Hugging Face folder, as stored and quantized", async () => {
    const sources = [...tinyFolder(TALKING)].map(([name, bytes]) => memorySource(bytes, name));
    const files = await openModelFiles(sources);
    for (const level of ["stored", "q4_0"] as const) {
      const opened = await openModel(gpu, files, { level, variant: "auto" });
      await withSession(opened, 128, async (session) => {
        // The folder's byte-level words begin with their space, and it belongs to them.
        const told = await ask(opened, session, { messages: [user("of rain")] });
        expect(told).toMatchObject({ text: ` ${ANSWER_TEXTS.rain}`, endReason: "end-of-text" });
      });
      opened.model.destroy();
    }
  });

  it("follow the newest topic, and a turn reads only what is new", async () => {
    await withSession(talking, 256, async (session) => {
      const messages: ChatMessage[] = [];
      let cacheLength = 0;
      for (const topic of ["cats", "rain", "tea", "cats"] as const) {
        messages.push(user(topic));
        const told = await ask(talking, session, { messages });
        expect(told.text).toBe(ANSWER_TEXTS[topic]);
        expect(told.stats.cachedTokens).toBe(cacheLength);
        cacheLength = told.stats.cacheLength;
        expect(cacheLength).toBe(told.stats.promptTokens + told.stats.generatedTokens - 1);
        messages.push(assistant(told.text));
      }
      // Another conversation shares only what it begins with.
      const other = await ask(talking, session, { messages: [user("rain")] });
      expect(other.text).toBe(ANSWER_TEXTS.rain);
      expect(other.stats.cachedTokens).toBeGreaterThan(0);
      expect(other.stats.cachedTokens).toBeLessThan(other.stats.promptTokens);
    });
  });

  it("go on with an answer that was begun, as if it had not been interrupted", async () => {
    await withSession(talking, 128, async (session) => {
      const begun = await ask(talking, session, { messages: [user("count")], maxNewTokens: 3 });
      expect(begun.text).toBe("one two three");
      const messages = [user("count"), assistant(begun.text)];
      const more = await ask(talking, session, { messages, maxNewTokens: 3 });
      expect(more.text).toBe(" four five six");
      expect(more.stats.cachedTokens).toBe(begun.stats.promptTokens + 2);
      expect(more.stats.promptTokens).toBe(begun.stats.promptTokens + 3);
    });
  });

  it("go on from a text where there is no template", async () => {
    const base = await openGguf(gpu, tinyGguf(TALKING, { chatTemplate: null }), "base.gguf");
    await withSession(base, 128, async (session) => {
      const told = await ask(base, session, { prompt: { kind: "text", text: "one two three" }, maxNewTokens: 7 });
      expect(told.text).toBe(" four five six seven eight one two");
      const refused = ask(base, session, { messages: [user("cats")] });
      await expect(refused).rejects.toMatchObject({ name: "ChatTemplateError" });
      await expect(refused).rejects.toThrow(/base has no chat template/);
    });
    base.model.destroy();
  });

  it("need a tokenizer; ids do not", async () => {
    const mute = await openGguf(gpu, tinyGguf(TALKING, { tokenizer: false }), "mute.gguf");
    await withSession(mute, 128, async (session) => {
      for (const prompt of [
        { kind: "chat", messages: [user("cats")] } as const,
        { kind: "text", text: "cats" } as const,
      ]) {
        const refused = ask(mute, session, { prompt });
        await expect(refused).rejects.toMatchObject({ name: "TokenizerError" });
        await expect(refused).rejects.toThrow(/mute came without a tokenizer/);
      }
      const ids = idsOf(TALKING, ["cats"]);
      const told = await ask(mute, session, { prompt: { kind: "ids", ids }, maxNewTokens: 4 });
      expect(told).toMatchObject({ ids: idsOf(TALKING, ["Small", "animals", "that", "purr"]), text: "" });
    });
    mute.model.destroy();
  });

  it("do not end at the end token when asked by ids", async () => {
    await withSession(talking, 128, async (session) => {
      const prompt = { kind: "ids", ids: idsOf(TALKING, ["hush"]) } as const;
      const told = await ask(talking, session, { prompt, maxNewTokens: 3 });
      expect(told).toMatchObject({ endReason: "max-tokens", text: "" });
      expect(told.ids).toHaveLength(3);
      expect(told.ids[0]).toBe(EOS_ID);
    });
  });
});

describe("steps in flight change nothing", () => {
  /** From the middle of one token into another, found where many further steps are under way. */
  const lateStop = async (): Promise<string> => {
    const { ids } = await outcome(random, { messages: [user("tea")], maxNewTokens: 40 });
    const text = random.tokenizer?.decode(ids) ?? "";
    const printable = /[ -~]{3}/.exec(text.slice(12))?.[0];
    if (printable === undefined) throw new Error(`no plain text in ${JSON.stringify(text)}`);
    return printable;
  };

  it("the random model's text is varied", async () => {
    const { ids } = await outcome(random, { messages: [user("tea")], maxNewTokens: 40 });
    expect(new Set(ids).size).toBeGreaterThan(15);
  });

  it.each([
    ["the model's own end", () => talking, async () => ({ messages: [user("rain")] })],
    ["max new tokens", () => random, async () => ({ messages: [user("rain")], maxNewTokens: 21 })],
    ["one token", () => random, async () => ({ messages: [user("rain")], maxNewTokens: 1 })],
    ["a stop string inside words", () => talking, async () => ({ messages: [user("count")], stopStrings: ["ree fo"] })],
    [
      "a stop string that hits late",
      () => random,
      async () => ({ messages: [user("tea")], stopStrings: [await lateStop()] }),
    ],
    [
      "several stop strings",
      () => talking,
      async () => ({ messages: [user("count")], stopStrings: ["zzz", "x sev", "five si"] }),
    ],
    ["a full cache", () => random, async () => ({ messages: [user("cats")], maxNewTokens: 400 })],
    [
      "drawn tokens",
      () => random,
      async () => ({ messages: [user("tea")], sampling: { greedy: false, seed: 5 }, maxNewTokens: 30 }),
    ],
    [
      "penalties",
      () => random,
      async () => ({
        messages: [user("tea")],
        sampling: { repetitionPenalty: 1.3, presencePenalty: 0.5 },
        maxNewTokens: 30,
      }),
    ],
  ] satisfies [string, () => OpenedModel, () => Promise<Asked>][])("%s", async (_, model, request) => {
    const asked = await request();
    // The longest cache must not let the full one be reached by chance.
    const one = await outcome(model(), { ...asked, tokensInFlight: 1 }, 160);
    expect(one.streamed).toBe(one.text);
    expect(one.cacheBytesUsed % one.cacheLength).toBe(0);
    for (const tokensInFlight of [2, 8]) {
      expect(await outcome(model(), { ...asked, tokensInFlight }, 160)).toEqual(one);
    }
  });
});

describe("stop strings", () => {
  it.each([
    [["ree fo"], "one two th", "stop-string"],
    [["one"], "", "stop-string"],
    [[" eight one"], "one two three four five six seven", "stop-string"],
    [["nothing like it"], "one two three four five six seven eight one two three four", "max-tokens"],
    // A beginning that never became the whole is text after all.
    [["four five!"], "one two three four five six seven eight one two three four", "max-tokens"],
  ] as const)("%j", async (stopStrings, text, endReason) => {
    await withSession(talking, 128, async (session) => {
      const told = await ask(talking, session, { messages: [user("count")], stopStrings, maxNewTokens: 12 });
      expect(told).toMatchObject({ text, endReason });
      expect(streamed(told)).toBe(text);
    });
  });

  it("are not looked for in the prompt, and the next turn goes on from what was shown", async () => {
    await withSession(talking, 128, async (session) => {
      const stopStrings = ["count", "five"];
      const told = await ask(talking, session, { messages: [user("count")], stopStrings });
      expect(told.text).toBe("one two three four ");
      const messages = [user("count"), assistant(told.text), user("tea")];
      const next = await ask(talking, session, { messages });
      expect(next.text).toBe(ANSWER_TEXTS.tea);
      const { tokenizer } = talking;
      const shared = tokenizer?.encode("<|user|>count</s><|assistant|>one two three four", {
        addSpecial: true,
        parseSpecial: true,
      });
      expect(next.stats.cachedTokens).toBe(shared?.length);
    });
  });
});

describe("streaming", () => {
  it.each(["rain", "cats"] as const)("%s: no event ends inside a character", async (topic) => {
    await withSession(talking, 128, async (session) => {
      for (const tokensInFlight of [1, 8]) {
        const told = await ask(talking, session, { messages: [user(topic)], tokensInFlight });
        expect(streamed(told)).toBe(ANSWER_TEXTS[topic]);
        const pieces = told.events.map((event) => (event.kind === "tokens" ? event.text : ""));
        expect(pieces.every((piece) => !/\uFFFD|\p{Surrogate}/u.test(piece))).toBe(true);
        expect(pieces).toContain(topic === "rain" ? "é" : "🐱");
      }
    });
  });

  it("a character cut off by the limit is shown as such, once", async () => {
    await withSession(talking, 128, async (session) => {
      const told = await ask(talking, session, { messages: [user("cats")], maxNewTokens: 6 });
      expect(told).toMatchObject({ text: "Small animals that purr\uFFFD", endReason: "max-tokens" });
      expect(streamed(told)).toBe(told.text);
    });
  });

  it("numbers of every event add up", async () => {
    await withSession(talking, 128, async (session) => {
      const told = await ask(talking, session, { messages: [user("count")], maxNewTokens: 9 });
      const bytesPerToken = 2 * 1 * 1 * 16 * 4;
      let generated = 0;
      for (const event of told.events) {
        if (event.kind !== "tokens") continue;
        generated += event.ids.length;
        const { stats } = event;
        expect(stats).toMatchObject({ generatedTokens: generated, cacheCapacity: 128, cachedTokens: 0 });
        expect(stats.cacheLength).toBeLessThanOrEqual(stats.promptTokens + generated);
        expect(stats.cacheBytesUsed).toBe(bytesPerToken * stats.cacheLength);
      }
      expect(told.stats).toMatchObject({ generatedTokens: 9, cacheBytesUsed: bytesPerToken * session.length });
      expect(told.stats.cacheLength).toBe(told.stats.promptTokens + 8);
    });
  });
});
