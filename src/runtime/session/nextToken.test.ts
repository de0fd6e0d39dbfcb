/** What could have come: held to what was drawn, to a float64 softmax, and to the same text computed afresh. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NextTokenReport, NextTokenRequest } from "../../shared/nextToken";
import type { GenerateRequest, GenerateResult, Prompt } from "../../shared/protocol";
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { penaltyReference, survivorsReference } from "../kernels/sample.reference";
import { type OpenedModel, openModel } from "../openModel";
import { ApiCounter } from "../testing/apiCounter";
import { openTestGpu } from "../testing/kernelHarness";
import { DICE_WORDS, talkingModel } from "../testing/talkingModel";
import { EOS_ID } from "../testing/talkingVocabulary";
import { randomModel, tinyGguf } from "../testing/tinyModel";
import { generateText } from "./generation";
import { scoreLogits } from "./inspect";
import { NextTokens } from "./nextToken";
import { Session } from "./session";

const TALKING = talkingModel();
const RANDOM = randomModel(11);
const PLAIN: SamplingSettings = { ...DEFAULT_SAMPLING, temperature: 1, topK: 0, topP: 1, minP: 0, seed: 5 };
const PROMPT: Prompt = { kind: "text", text: "cats and rain" };

let gpu: Gpu;
let counter: ApiCounter;
let random: OpenedModel;
let talking: OpenedModel;

beforeAll(async () => {
  gpu = await openTestGpu();
  counter = new ApiCounter(gpu);
  const open = async (bytes: Uint8Array, name: string): Promise<OpenedModel> => {
    const files = await openModelFiles([memorySource(bytes, name)]);
    return openModel(counter.gpu, files, { level: "stored", variant: "auto" });
  };
  random = await open(tinyGguf(RANDOM), "random.gguf");
  talking = await open(tinyGguf(TALKING), "talking.gguf");
});
afterAll(() => {
  random.model.destroy();
  talking.model.destroy();
});

interface Setting {
  readonly opened?: OpenedModel;
  readonly capacity?: number;
  readonly keepHidden?: boolean;
}

async function withSession<T>(
  { opened = random, capacity = 128, keepHidden = true }: Setting,
  work: (session: Session, nextTokens: NextTokens, opened: OpenedModel) => Promise<T>,
): Promise<T> {
  const session = await Session.create(opened.model, { capacity, precision: "f32", keepHidden });
  try {
    return await work(session, new NextTokens(opened, session), opened);
  } finally {
    await session.close();
  }
}

function generate(opened: OpenedModel, session: Session, change: Partial<GenerateRequest> = {}) {
  const request: GenerateRequest = {
    prompt: PROMPT,
    sampling: PLAIN,
    maxNewTokens: 12,
    stopStrings: [],
    tokensInFlight: 4,
    atCapacity: "stop",
    ...change,
  };
  return generateText(opened, session, request, () => {});
}

function askAbout(answer: Pick<GenerateResult, "ids">, index: number, change: Partial<NextTokenRequest> = {}) {
  return {
    prompt: PROMPT,
    answerIds: answer.ids,
    index,
    fitting: { maxNewTokens: 12, atCapacity: "stop" },
    sampling: PLAIN,
    top: 10,
    ...change,
  } satisfies NextTokenRequest;
}

function known(report: NextTokenReport | null): NextTokenReport {
  if (report === null) throw new Error("not known");
  return report;
}

describe("distributions", () => {
  it("give each drawn token the probability it was drawn with", async () => {
    await withSession({}, async (session, nextTokens) => {
      const answer = await generate(random, session);
      for (const [index, id] of answer.ids.entries()) {
        const report = known(await nextTokens.report(askAbout(answer, index)));
        expect(report.actual?.token.id).toBe(id);
        // Kept rows are those it was drawn from; what remains is f32 rounding.
        expect(report.actual?.probability).toBeCloseTo(answer.probabilities[index] ?? -1, 5);
        expect(report.index).toBe(index);
      }
    });
  });

  it("equal the float64 softmax and the sampler's definition, for every token of prompt and answer", async () => {
    await withSession({}, async (session, nextTokens) => {
      const answer = await generate(random, session);
      const sampling = { ...PLAIN, topK: 20, topP: 0.9, minP: 0.02, temperature: 0.7, repetitionPenalty: 1.3 };
      const text = [...(await promptIds(session)), ...answer.ids.slice(0, -1)];
      const promptLength = text.length - answer.ids.length + 1;
      await withSession({ keepHidden: false }, async (plain) => {
        const rows: Float32Array[] = [];
        await scoreLogits(plain, text, (_, logits) => rows.push(logits.slice()));
        for (let position = 1; position <= text.length; position++) {
          const row = rows[position - 1] as Float32Array;
          const request = askAbout(answer, position - promptLength, { sampling, top: row.length });
          const report = known(await nextTokens.report(request));
          expect(report.position).toBe(position);
          const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
          const adjusted = penaltyReference(row, text.slice(0, position), sampling);
          const { survives } = survivorsReference(adjusted, sampling);
          const weights = adjusted.map((logit, id) =>
            survives[id] === 1 ? Math.exp(logit / sampling.temperature) : 0,
          );
          const drawn = weights.reduce((sum, weight) => sum + weight, 0);
          for (const { token, probability, sampledProbability } of report.candidates) {
            expect(probability).toBeCloseTo(Math.exp(row[token.id] ?? 0) / total, 5);
            expect(sampledProbability).toBeCloseTo((weights[token.id] ?? 0) / drawn, 4);
          }
          expect(report.tail).toEqual({ count: 0, probability: 0, sampledProbability: 0 });
        }
      });
    });
  });

  it("list the most likely, and sum up the rest", async () => {
    await withSession({}, async (session, nextTokens) => {
      const answer = await generate(random, session);
      const all = known(await nextTokens.report(askAbout(answer, 3, { top: 10_000 })));
      const ten = known(await nextTokens.report(askAbout(answer, 3)));
      expect(ten.candidates).toEqual(all.candidates.slice(0, 10));
      expect(ten.tail.count).toBe(all.vocabSize - 10);
      const rest = all.candidates.slice(10).reduce((sum, { probability }) => sum + probability, 0);
      expect(ten.tail.probability).toBeCloseTo(rest, 9);
      expect(ten.tail.sampledProbability).toBeCloseTo(rest, 9);
      const cut = known(await nextTokens.report(askAbout(answer, 3, { sampling: { ...PLAIN, topK: 4 } })));
      expect(cut.candidates.filter(({ sampledProbability }) => sampledProbability > 0)).toHaveLength(4);
      expect(cut.tail.sampledProbability).toBe(0);
      expect(cut.stages.map(({ survivors }) => survivors)).toEqual([all.vocabSize, 4, 4, 4, 4]);
    });
  });
});

/** What the session read for PROMPT. */
async function promptIds(session: Session): Promise<number[]> {
  const ids = random.tokenizer?.encode("cats and rain", { addSpecial: true, parseSpecial: false }) ?? [];
  expect(session.cachedItems.slice(0, ids.length)).toEqual(ids);
  return ids;
}

describe("cost", () => {
  it("is nothing on the GPU for other settings, and for a token asked about before", async () => {
    await withSession({}, async (session, nextTokens) => {
      const answer = await generate(random, session);
      await nextTokens.report(askAbout(answer, 4));
      await nextTokens.report(askAbout(answer, 5));
      counter.reset();
      for (const temperature of [0.2, 0.9, 2]) {
        await nextTokens.report(askAbout(answer, 4, { sampling: { ...PLAIN, temperature, presencePenalty: 1 } }));
        await nextTokens.report(askAbout(answer, 5, { sampling: { ...PLAIN, temperature } }));
      }
      expect(counter.calls).toEqual([]);
    });
  });

  it("is one head product for a row that was kept", async () => {
    await withSession({}, async (session, nextTokens) => {
      const answer = await generate(random, session);
      counter.reset();
      await nextTokens.report(askAbout(answer, 7));
      expect(counter.count("pass.dispatchWorkgroups")).toBe(1);
    });
  });
});

describe("rows that were not kept", () => {
  it("are computed by one prefill of the answer, which leaves the cache as it was", async () => {
    const [kept, late] = await Promise.all(
      [true, false].map((keepHidden) =>
        withSession({ keepHidden }, async (session, nextTokens) => {
          const answer = await generate(random, session);
          const cached = [...session.cachedItems];
          await session.keepHidden(true);
          const reports: NextTokenReport[] = [];
          for (const index of answer.ids.keys()) {
            reports.push(known(await nextTokens.report(askAbout(answer, index))));
          }
          expect(session.cachedItems.slice(0, cached.length)).toEqual(cached);
          const next = await generate(random, session, { answerIds: answer.ids, maxNewTokens: 6 });
          return { reports, ids: next.ids };
        }),
      ),
    );
    expect(late?.ids).toEqual(kept?.ids);
    for (const [index, report] of (late?.reports ?? []).entries()) {
      const other = kept?.reports[index];
      for (const [rank, candidate] of report.candidates.entries()) {
        expect(candidate.probability).toBeCloseTo(other?.candidates[rank]?.probability ?? -1, 5);
      }
    }
  });

  it("of another branch are computed too, and this one's afterwards again", async () => {
    await withSession({}, async (session, nextTokens) => {
      const first = await generate(random, session);
      const one = known(await nextTokens.report(askAbout(first, 8)));
      const second = await generate(random, session, { sampling: { ...PLAIN, seed: 77 } });
      expect(second.ids).not.toEqual(first.ids);
      const fresh = new NextTokens(random, session);
      const again = known(await fresh.report(askAbout(first, 8)));
      for (const [rank, { token, probability }] of one.candidates.entries()) {
        expect(again.candidates[rank]?.token.id).toBe(token.id);
        expect(again.candidates[rank]?.probability).toBeCloseTo(probability, 5);
      }
      const other = known(await fresh.report(askAbout(second, 8)));
      expect(other.actual?.probability).toBeCloseTo(second.probabilities[8] ?? -1, 5);
    });
  });

  it("lie on as many pages as the text needs", async () => {
    await withSession({ opened: talking, capacity: 700 }, async (session, nextTokens) => {
      const before = session.gpuBytes;
      const prompt: Prompt = { kind: "text", text: "count" };
      const answer = await generate(talking, session, { prompt, maxNewTokens: 300 });
      expect(answer.ids).toHaveLength(300);
      const pageBytes = 256 * session.forward.hiddenStrideBytes;
      expect(session.gpuBytes - before).toBe(2 * pageBytes);
      await session.keepHidden(false);
      await session.keepHidden(true);
      for (const index of [240, 254, 255, 256, 257, 299]) {
        const report = known(await nextTokens.report(askAbout(answer, index, { prompt })));
        expect(report.actual?.probability).toBeCloseTo(answer.probabilities[index] ?? -1, 5);
      }
    });
  });
});

describe("while an answer is written", () => {
  it("tells of the tokens that came already, and of nothing else", async () => {
    await withSession({}, async (session, nextTokens) => {
      const asked: Promise<NextTokenReport | null>[] = [];
      const seen: number[] = [];
      const answer = await generateText(
        random,
        session,
        {
          prompt: PROMPT,
          sampling: PLAIN,
          maxNewTokens: 12,
          stopStrings: [],
          tokensInFlight: 3,
          atCapacity: "stop",
        },
        (event) => {
          if (event.kind !== "tokens" || event.ids.length === 0) return;
          seen.push(...event.ids);
          asked.push(nextTokens.report(askAbout({ ids: [...seen] }, seen.length - 1)));
          if (seen.length === 5) asked.push(nextTokens.report(askAbout({ ids: [9, 9, 9] }, 2)));
        },
      );
      const reports = await Promise.all(asked);
      expect(reports.splice(5, 1)).toEqual([null]);
      for (const [index, report] of reports.entries()) {
        expect(report?.actual?.probability).toBeCloseTo(answer.probabilities[index] ?? -1, 5);
      }
    });
  });

  it("gives way: an answer that begins ends the prefill of someone who looks", async () => {
    await withSession({ capacity: 128 }, async (session, nextTokens) => {
      const long: Prompt = { kind: "ids", ids: Array.from({ length: 120 }, (_, i) => 10 + (i % 200)) };
      const looking = nextTokens.report({ ...askAbout({ ids: [7] }, 0), prompt: long });
      const answer = await generate(random, session);
      expect(answer.ids).toHaveLength(12);
      await looking;
      const report = known(await nextTokens.report({ ...askAbout({ ids: [7] }, 0), prompt: long }));
      expect(report.actual?.token.id).toBe(7);
    });
  });
});

describe("a full cache", () => {
  it("what was dropped on the way is dropped when looking back", async () => {
    const fitting = { maxNewTokens: 60, atCapacity: "drop-oldest" } as const;
    await withSession({ capacity: 32 }, async (session, nextTokens) => {
      const answer = await generate(random, session, fitting);
      expect(answer.ids).toHaveLength(60);
      for (const index of answer.ids.keys()) {
        const report = known(await nextTokens.report(askAbout(answer, index, { fitting })));
        expect(report.actual?.probability).toBeCloseTo(answer.probabilities[index] ?? -1, 4);
      }
    });
  });

  it("says so where a text does not fit", async () => {
    await withSession({ capacity: 16 }, async (_, nextTokens) => {
      const ids = Array.from({ length: 40 }, (_unused, i) => i);
      await expect(nextTokens.report(askAbout({ ids }, 30))).rejects.toMatchObject({ name: "ContextOverflowError" });
      await expect(nextTokens.report(askAbout({ ids: [1] }, 2))).rejects.toMatchObject({ name: "InvalidSettingError" });
      await expect(nextTokens.report(askAbout({ ids: [1] }, -99))).rejects.toMatchObject({
        name: "InvalidSettingError",
      });
    });
  });
});

describe("an answer told how to begin", () => {
  it("goes on exactly as if it had drawn those tokens itself", async () => {
    const whole = await withSession({}, (session) => generate(random, session));
    for (const kept of [1, 5, 11]) {
      const answerIds = whole.ids.slice(0, kept);
      const rest = await withSession({}, (session) => {
        return generate(random, session, { answerIds, maxNewTokens: 12 - kept });
      });
      expect(rest.ids).toEqual(whole.ids);
      expect(rest.text).toBe(whole.text);
      expect(rest.probabilities).toHaveLength(12 - kept);
      expect(rest.stats.generatedTokens).toBe(12 - kept);
    }
  });

  it("takes a forced token as if it were its own: the same as a text of those ids", async () => {
    const prompt = random.tokenizer?.encode("cats and rain", { addSpecial: true, parseSpecial: false }) ?? [];
    const answerIds = [40, 301 % RANDOM.shape.vocabSize, 12];
    const branch = await withSession({}, (session) => generate(random, session, { answerIds }));
    const taught = await withSession({}, (session) => {
      return generate(random, session, { prompt: { kind: "ids", ids: [...prompt, ...answerIds] } });
    });
    expect(branch.ids).toEqual([...answerIds, ...taught.ids]);
  });

  it("keeps the text of what was given, characters across the seam included", async () => {
    const red = TALKING.vocabulary.idOf(DICE_WORDS[0]);
    const cat = [...new TextEncoder().encode("🐱")].map((byte) => TALKING.vocabulary.idOf(byte));
    const prompt: Prompt = { kind: "chat", messages: [{ role: "user", content: "cats" }] };
    await withSession({ opened: talking }, async (session, _, opened) => {
      const events: unknown[] = [];
      const request = { prompt, sampling: { ...PLAIN, greedy: true }, stopStrings: [], tokensInFlight: 2 } as const;
      const answer = await generateText(
        opened,
        session,
        { ...request, answerIds: [red, ...cat.slice(0, 2)], maxNewTokens: 8, atCapacity: "stop" },
        (event) => events.push(event),
      );
      expect(events[0]).toEqual({ kind: "given", ids: [red, ...cat.slice(0, 2)], text: "red" });
      expect(answer.text).toBe("red🐱");
      expect(answer.endReason).toBe("end-of-text");
    });
  });

  it("ends at once where the given tokens end it", async () => {
    const prompt: Prompt = { kind: "chat", messages: [{ role: "user", content: "cats" }] };
    await withSession({ opened: talking }, async (session) => {
      const answer = await generate(talking, session, { prompt, answerIds: [EOS_ID] });
      expect(answer).toMatchObject({ ids: [EOS_ID], text: "", endReason: "end-of-text", probabilities: [] });
    });
  });
});
