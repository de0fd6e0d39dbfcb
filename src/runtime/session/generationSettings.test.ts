/** Sampling settings as texts show them: the words that a float64 sampler draws. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import { drawReference, penaltyReference, survivorsReference } from "../kernels/sample.reference";
import type { OpenedModel } from "../openModel";
import { ask, openGguf, user, withSession } from "../testing/asking";
import { openTestGpu } from "../testing/kernelHarness";
import { ANSWER_TEXTS, COUNT_WORDS, DICE_LOGITS, DICE_WORDS, talkingModel } from "../testing/talkingModel";
import { type TinyModel, tinyGguf } from "../testing/tinyModel";

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

const idsOf = (model: TinyModel, words: readonly string[]) => words.map((word) => model.vocabulary.idOf(word));

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
    const settings = { ...DEFAULT_SAMPLING, greedy: false, topK: 0, topP: 1, minP: 0, temperature: 1, ...sampling };
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
