/** Text level: stop strings, ends, capacity and streaming around a session, on small models with known answers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage, GenerateEvent, GenerateRequest, GenerateResult } from "../../shared/protocol";
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { drawReference, penaltyReference, survivorsReference } from "../kernels/sample.reference";
import { type OpenedModel, openModel } from "../openModel";
import { openTestGpu } from "../testing/kernelHarness";
import { ANSWER_TEXTS, COUNT_WORDS, DICE_LOGITS, DICE_WORDS, talkingModel } from "../testing/talkingModel";
import { EOS_ID } from "../testing/talkingVocabulary";
import { randomModel, type TinyModel, tinyFolder, tinyGguf } from "../testing/tinyModel";
import { generateText } from "./generation";
import { Session } from "./session";

const GREEDY: SamplingSettings = { ...DEFAULT_SAMPLING, greedy: true };
const TALKING = talkingModel();
const RANDOM = randomModel(7);

let gpu: Gpu;
let talking: OpenedModel;
let random: OpenedModel;

async function openGguf(bytes: Uint8Array, name = "tiny.gguf"): Promise<OpenedModel> {
  return openModel(gpu, await openModelFiles([memorySource(bytes, name)]), { level: "stored", variant: "auto" });
}

beforeAll(async () => {
  gpu = await openTestGpu();
  talking = await openGguf(tinyGguf(TALKING));
  random = await openGguf(tinyGguf(RANDOM));
});
afterAll(() => {
  talking.model.destroy();
  random.model.destroy();
});

interface Asked {
  readonly messages?: readonly ChatMessage[];
  readonly prompt?: GenerateRequest["prompt"];
  readonly sampling?: Partial<SamplingSettings>;
  readonly maxNewTokens?: number;
  readonly stopStrings?: readonly string[];
  readonly tokensInFlight?: number;
  readonly atCapacity?: GenerateRequest["atCapacity"];
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: GenerateEvent) => void;
}

interface Told extends GenerateResult {
  readonly events: readonly GenerateEvent[];
}

async function ask(opened: OpenedModel, session: Session, asked: Asked): Promise<Told> {
  const events: GenerateEvent[] = [];
  const result = await generateText(
    opened,
    session,
    {
      prompt: asked.prompt ?? { kind: "chat", messages: asked.messages ?? [] },
      sampling: { ...GREEDY, ...asked.sampling },
      maxNewTokens: asked.maxNewTokens ?? 64,
      stopStrings: asked.stopStrings ?? [],
      tokensInFlight: asked.tokensInFlight ?? 4,
      atCapacity: asked.atCapacity ?? "stop",
    },
    (event) => {
      events.push(event);
      asked.onEvent?.(event);
    },
    asked.signal,
  );
  return { ...result, events };
}

async function withSession<T>(
  opened: OpenedModel,
  capacity: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await Session.create(opened.model, { capacity, precision: "f32" });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const streamed = (told: Told) => told.events.map((event) => (event.kind === "tokens" ? event.text : "")).join("");
const idsOf = (model: TinyModel, words: readonly string[]) => words.map((word) => model.vocabulary.idOf(word));

/** Everything that must not depend on how many steps are in flight. */
async function outcome(opened: OpenedModel, asked: Asked, capacity = 256) {
  return withSession(opened, capacity, async (session) => {
    const told = await ask(opened, session, asked);
    const { cacheLength, generatedTokens, cacheBytesUsed } = told.stats;
    const cached = [...session.cachedItems];
    const turns = [...(asked.messages ?? []), assistant(told.text), user("tea")];
    const next = await ask(opened, session, { messages: turns, maxNewTokens: 12 });
    const nextCached = next.stats.cachedTokens;
    return {
      ...{ text: told.text, ids: told.ids, endReason: told.endReason, streamed: streamed(told) },
      ...{ cached, cacheLength, generatedTokens, cacheBytesUsed },
      ...{ nextText: next.text, nextIds: next.ids, nextCached },
    };
  });
}

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
    const base = await openGguf(tinyGguf(TALKING, { chatTemplate: null }), "base.gguf");
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
    const mute = await openGguf(tinyGguf(TALKING, { tokenizer: false }), "mute.gguf");
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

describe("settings", () => {
  const dice = async (sampling: Partial<SamplingSettings>, maxNewTokens = 40): Promise<string[]> =>
    withSession(talking, 128, async (session) => {
      const settings = { greedy: false, topK: 0, topP: 1, minP: 0, temperature: 1, ...sampling };
      const told = await ask(talking, session, { messages: [user("dice")], sampling: settings, maxNewTokens });
      const [first, ...rolled] = told.text.split(" ");
      expect(first).toBe("Rolling");
      return rolled;
    });

  /** What the float64 sampler draws of the four words. */
  async function expectedDice(sampling: Partial<SamplingSettings>, count = 40): Promise<string[]> {
    const settings = { ...GREEDY, greedy: false, topK: 0, topP: 1, minP: 0, temperature: 1, ...sampling };
    const words = idsOf(TALKING, DICE_WORDS);
    const prompt = talking.tokenizer?.encode("<|user|>dice</s><|assistant|>", { addSpecial: true, parseSpecial: true });
    const seen = [...(prompt ?? []), TALKING.vocabulary.idOf("Rolling")];
    while (seen.length < (prompt?.length ?? 0) + count) {
      const logits = new Float64Array(TALKING.shape.vocabSize);
      words.forEach((id, rank) => {
        logits[id] = DICE_LOGITS[rank] as number;
      });
      const adjusted = penaltyReference(logits, seen, settings);
      const { survives } = survivorsReference(adjusted, settings);
      seen.push(drawReference(adjusted, survives, settings, seen.length).token);
    }
    return seen.slice((prompt?.length ?? 0) + 1).map((id) => DICE_WORDS[words.indexOf(id)] ?? String(id));
  }

  it.each([
    ["nothing but temperature 1", {}],
    ["another seed", { seed: 4_000_000_000 }],
    ["temperature", { temperature: 0.3, seed: 3 }],
    ["high temperature", { temperature: 3, seed: 3 }],
    ["top-k", { topK: 2, seed: 3 }],
    ["top-p", { topP: 0.8, seed: 3 }],
    ["min-p", { minP: 0.5, seed: 3 }],
    ["repetition penalty", { repetitionPenalty: 1.02, seed: 3 }],
    ["frequency penalty", { frequencyPenalty: 0.3, seed: 3 }],
    ["presence penalty", { presencePenalty: 0.7, seed: 3 }],
    [
      "all of them",
      { topK: 3, topP: 0.9, minP: 0.1, repetitionPenalty: 1.01, frequencyPenalty: 0.05, presencePenalty: 0.1, seed: 9 },
    ],
  ] as const)("%s: the words that the reference draws", async (_, sampling) => {
    expect(await dice(sampling)).toEqual(await expectedDice(sampling));
  });

  it("same seed same text, other seeds other texts, and all four words come", async () => {
    const texts = new Set<string>();
    for (const seed of [1, 2, 3, 1]) texts.add((await dice({ seed })).join(" "));
    expect(texts.size).toBe(3);
    expect(new Set([...texts].join(" ").split(" "))).toEqual(new Set(DICE_WORDS));
  });

  it.each([{ topK: 1 }, { minP: 1 }, { topP: 0 }, { temperature: 0 }, { greedy: true, temperature: 5 }])(
    "%j is greedy",
    async (sampling) => {
      expect(new Set(await dice({ ...sampling, seed: 8 }, 20))).toEqual(new Set(["red"]));
    },
  );

  it.each([
    ["temperature", 6],
    ["topK", 1.5],
    ["topP", -0.1],
    ["repetitionPenalty", 0],
    ["seed", Number.NaN],
  ])("%s of %d is refused by name, and the session stays usable", async (name, value) => {
    await withSession(talking, 64, async (session) => {
      const refused = ask(talking, session, { messages: [user("tea")], sampling: { [name]: value } });
      await expect(refused).rejects.toMatchObject({ name: "InvalidSettingError" });
      await expect(refused).rejects.toThrow(name);
      expect((await ask(talking, session, { messages: [user("tea")] })).text).toBe(ANSWER_TEXTS.tea);
    });
  });

  it.each([1, 2, 5, 17])("max new tokens %d is exact", async (maxNewTokens) => {
    await withSession(talking, 64, async (session) => {
      for (const tokensInFlight of [1, 8]) {
        const told = await ask(talking, session, { messages: [user("count")], maxNewTokens, tokensInFlight });
        expect(told.endReason).toBe("max-tokens");
        expect(told.text.split(" ")).toEqual(Array.from({ length: maxNewTokens }, (_, i) => COUNT_WORDS[i % 8]));
        expect(told.ids).toHaveLength(maxNewTokens);
      }
    });
  });
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
    const poisoned = await openGguf(tinyGguf(talkingModel({ poison: true })), "poisoned.gguf");
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
