/** Lanes over generated models: each writes what it would write alone, whatever its turns and its neighbours. */
import { beforeAll, describe, expect, it } from "vitest";
import { VitrineError } from "../../shared/errors";
import type { LaneEvent, LaneRequest, LanesRequest } from "../../shared/lanes";
import type { ModelHandle } from "../../shared/protocol";
import { type ComparedChoice, type LevelChoice, splitChoice, splitCompared } from "../../shared/recipes";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { type OpenedModel, openModel } from "../openModel";
import { generateText } from "../session/generation";
import { Session } from "../session/session";
import { openTestGpu } from "../testing/kernelHarness";
import { randomModel, tinyGguf } from "../testing/tinyModel";
import { LaneSet } from "./laneSet";

const FILE = tinyGguf(randomModel(5));
const LEVELS = ["stored", "q4_0", "stored~f16"] as const satisfies readonly ComparedChoice[];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

async function open(level: ComparedChoice): Promise<OpenedModel> {
  const files = await openModelFiles([memorySource(FILE, "random.gguf")]);
  return openModel(gpu, files, { ...splitChoice(splitCompared(level).weights as LevelChoice), variant: "auto" });
}

const request: LanesRequest = {
  model: 1 as ModelHandle,
  file: null,
  lora: null,
  prompt: { kind: "text", text: "cats and rain" },
  sampling: { ...DEFAULT_SAMPLING, temperature: 1.5, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1.1, seed: 11 },
  stopStrings: [],
  maxNewTokens: 21,
  lanes: LEVELS.map((level) => ({ level, answerIds: [] })),
  keep: LEVELS,
};

/** What a level writes with nobody beside it. */
async function alone({ level, answerIds }: LaneRequest): Promise<readonly number[]> {
  const opened = await open(level);
  const session = await Session.create(opened.model, { capacity: 128, precision: splitCompared(level).cache });
  const { maxNewTokens, ...rest } = request;
  const whole = { ...rest, answerIds, maxNewTokens: maxNewTokens - answerIds.length, tokensInFlight: 1 };
  const { ids } = await generateText(opened, session, { ...whole, atCapacity: "stop" }, () => {});
  await session.close();
  opened.model.destroy();
  return ids;
}

/** Models that may be open at a time, and those that are. */
function lending(most = Number.POSITIVE_INFINITY) {
  const opened: ComparedChoice[] = [];
  const lent = { now: 0, peak: 0, opened };
  const borrow = async (level: ComparedChoice) => {
    if (lent.now >= most) throw new VitrineError("OutOfMemoryError", "No room.");
    lent.now++;
    lent.peak = Math.max(lent.peak, lent.now);
    opened.push(level);
    const model = await open(level);
    return {
      opened: model,
      ownBytes: model.model.gpuBytes,
      release: () => {
        lent.now--;
        model.model.destroy();
      },
    };
  };
  return { lent, borrow };
}

async function run(
  set: LaneSet,
  asked: LanesRequest,
  borrow: ReturnType<typeof lending>["borrow"],
  onEvent: (event: LaneEvent) => void = () => {},
  signal = new AbortController().signal,
): Promise<Map<ComparedChoice, number[]>> {
  const ids = new Map<ComparedChoice, number[]>(asked.lanes.map(({ level }) => [level, []]));
  let clock = 0;
  const take = (event: LaneEvent): void => {
    if (event.kind === "tokens") {
      const before = ids.get(event.level)?.slice(0, event.from) ?? [];
      ids.set(event.level, [...before, ...event.tokens.map(({ id }) => id)]);
    }
    onEvent(event);
  };
  await set.run(asked, { borrow, onEvent: take, now: () => clock++, signal });
  return ids;
}

describe("lanes", { timeout: 120_000 }, () => {
  it("write what each level writes alone, in turns", async () => {
    const set = new LaneSet();
    const { lent, borrow } = lending();
    const order: ComparedChoice[] = [];
    const written = await run(set, request, borrow, (event) => {
      if (event.kind === "tokens" && event.stats.generatedTokens > 0 && order.at(-1) !== event.level) {
        order.push(event.level);
      }
      if (event.kind === "tokens" && event.stats.generatedTokens === 21) {
        expect(event.stats.firstTokenMs).toBeGreaterThan(0);
        expect(event.stats.tokensPerSecond).toBeGreaterThan(0);
        expect(event.stats.cacheReservedBytes).toBeGreaterThanOrEqual(event.stats.cacheBytes);
      }
    });
    for (const lane of request.lanes) expect(written.get(lane.level), lane.level).toEqual(await alone(lane));
    expect(written.get("q4_0")).not.toEqual(written.get("stored"));
    // 8 + 8 + 5 tokens each.
    expect(order).toEqual([...LEVELS, ...LEVELS, ...LEVELS]);
    // Both caches read the same weights.
    expect(lent.opened).toEqual(["stored", "q4_0"]);
    expect(lent.now).toBe(2);

    const forced: LaneRequest = { level: "q4_0", answerIds: (written.get("stored") ?? []).slice(0, 9) };
    const again = await run(set, { ...request, lanes: [forced] }, borrow);
    expect(again.get("q4_0")?.slice(0, 9)).toEqual(forced.answerIds);
    expect(again.get("q4_0")).toEqual(await alone(forced));
    expect(lent.opened).toEqual(["stored", "q4_0"]);
    set.close();
    expect(lent.now).toBe(0);
  });

  it("one after the other where they do not fit together", async () => {
    const set = new LaneSet();
    const { lent, borrow } = lending(1);
    const ended: ComparedChoice[] = [];
    const written = await run(set, request, borrow, (event) => {
      if (event.kind === "ended") ended.push(event.level);
    });
    expect([...written.values()].map((ids) => ids.length)).toEqual([21, 21, 21]);
    expect(ended).toEqual(LEVELS);
    expect(lent.peak).toBe(1);
    set.close();
    expect(lent.now).toBe(0);
    // A model that does not even fit alone is an error.
    await expect(run(set, request, lending(0).borrow)).rejects.toMatchObject({ name: "OutOfMemoryError" });
  });

  it("stop within their turns and free what is not kept", async () => {
    const set = new LaneSet();
    const { lent, borrow } = lending();
    const stop = new AbortController();
    const reasons: string[] = [];
    const written = await run(
      set,
      request,
      borrow,
      (event) => {
        if (event.kind === "tokens" && event.stats.generatedTokens >= 3) stop.abort();
        if (event.kind === "ended") reasons.push(event.endReason);
      },
      stop.signal,
    );
    expect(reasons).toEqual(["stopped", "stopped", "stopped"]);
    expect(written.get("stored")?.length).toBeLessThan(8);
    await run(set, { ...request, lanes: [], keep: ["q4_0"] }, borrow);
    expect(set.weights).toEqual(["q4_0"]);
    set.close();
    expect(lent.now).toBe(0);
  });
});
