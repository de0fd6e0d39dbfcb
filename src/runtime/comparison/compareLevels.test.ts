/** The whole comparison over generated models: events in order, the floor, borrowing and giving back, stopping. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ComparisonEvent, ComparisonRequest } from "../../shared/comparison";
import { joinScores } from "../../shared/growingScores";
import { type ComparedChoice, splitChoice, splitCompared } from "../../shared/recipes";
import { comparisonStatistics } from "../../shared/runningStatistics";
import { PauseGate } from "../files/pauseGate";
import type { Gpu } from "../gpu/device";
import { openTestGpu } from "../testing/kernelHarness";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { compareLevels } from "./compareLevels";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

const synthetic = syntheticLlama();
const ids = Array.from({ length: 70 }, (_, i) => (i * i + 3 * i) % synthetic.spec.vocabSize);
const request = {
  reference: "f32",
  text: { kind: "ids", ids },
  window: 24,
  firstScored: null,
  bos: null,
  until: null,
  findTensors: false,
} as const;

interface Outcome {
  readonly events: ComparisonEvent[];
  readonly borrowed: ComparedChoice[];
  open: number;
}

/** @param stopAfter windows */
async function run(
  levels: readonly ComparedChoice[],
  measureFloor: boolean,
  stopAfter = Number.POSITIVE_INFINITY,
  change: Partial<ComparisonRequest> = {},
  gate = new PauseGate(),
): Promise<Outcome & { result: Awaited<ReturnType<typeof compareLevels>> }> {
  const outcome: Outcome = { events: [], borrowed: [], open: 0 };
  const stop = new AbortController();
  const result = await compareLevels(
    { ...request, levels, measureFloor, ...change },
    {
      borrow: async (choice) => {
        const opened = await openSynthetic(gpu, synthetic, splitChoice(splitCompared(choice).weights));
        outcome.borrowed.push(choice);
        outcome.open++;
        return {
          opened,
          release: () => {
            outcome.open--;
            opened.model.destroy();
          },
        };
      },
      onEvent: (event) => {
        outcome.events.push(event);
        if (outcome.events.filter(({ kind }) => kind === "scores").length >= stopAfter) stop.abort();
      },
      now: () => 0,
      signal: stop.signal,
      passed: () => gate.passed(stop.signal),
    },
  );
  return { ...outcome, result };
}

function meanKld(events: readonly ComparisonEvent[], contender: string): number {
  const parts = events.flatMap((event) =>
    event.kind === "scores" && event.contender === contender ? [event.scores] : [],
  );
  return comparisonStatistics(joinScores(parts))?.meanKld.value ?? Number.NaN;
}

// Each variant and format compiles kernels of its own, which takes software adapters long.
describe("comparing levels", { timeout: 300_000 }, () => {
  it("scores levels one after the other over the same windows", async () => {
    const { events, borrowed, open, result } = await run(["q8_0", "q4_0", "q4_0+head8"], false);
    expect(borrowed).toEqual(["f32", "q8_0", "q4_0", "q4_0+head8"]);
    expect(open).toBe(0);
    expect(events[0]).toMatchObject({ kind: "text", window: 24, firstScored: 12 });
    const contenders = events.flatMap((event) => (event.kind === "scores" ? [event.contender] : []));
    // 70 ids: two windows of 24, and one of 22.
    expect(contenders).toEqual(["q8_0", "q4_0", "q4_0+head8"].flatMap((name) => [name, name, name]));
    const scored = events.flatMap((event) => (event.kind === "scores" ? [event] : []));
    expect(scored.at(-1)).toMatchObject({ scored: 11 + 11 + 9, ofTokens: 31 });
    const [q8, q4, mixed] = ["q8_0", "q4_0", "q4_0+head8"].map((name) => meanKld(events, name));
    expect(q8).toBeGreaterThan(1e-6);
    expect(q4).toBeGreaterThan(q8 as number);
    expect(mixed).toBeLessThan(q4 as number);
    expect(result.end).toBe("done");
    expect(result.levels.map(({ level }) => level)).toEqual(["q8_0", "q4_0", "q4_0+head8"]);
    expect(result.levels[0]?.weightBytes.q8_0).toBeGreaterThan(0);
    for (const { tokensPerSecond } of [result.reference, ...result.levels]) expect(tokensPerSecond).toBeGreaterThan(0);
    // Two caches of a window, and logits of a chunk for each side: nothing of the text's length.
    expect(result.scratchBytes).toBeGreaterThan(0);
  });

  it("a cache in f16 over the same weights is a contender, and layers and tensors say where a level departs", async () => {
    const text = { kind: "ids", ids: ids.slice(0, 20) } as const;
    const change = { text, window: 20, findTensors: true };
    const { events, borrowed } = await run(["f32~f16", "q8_0"], false, Number.POSITIVE_INFINITY, change);
    expect(borrowed).toEqual(["f32", "q8_0"]);
    expect(meanKld(events, "f32~f16")).toBeGreaterThan(0);
    expect(meanKld(events, "f32~f16")).toBeLessThan(meanKld(events, "q8_0"));
    const layers = events.flatMap((event) => (event.kind === "layers" ? [event] : []));
    expect(layers.map(({ contender }) => contender)).toEqual(["f32~f16", "q8_0"]);
    const [embedding, ...after] = (layers[0]?.errors ?? []).map(({ value }) => value);
    expect(embedding).toBe(0);
    for (const value of after) expect(value).toBeGreaterThan(0);
    const q8 = layers[1]?.errors ?? [];
    expect(q8).toHaveLength(3);
    for (const { value, error, n } of q8) {
      expect(value).toBeGreaterThan(1e-4);
      expect(value).toBeLessThan(0.1);
      expect(error).toBeGreaterThan(0);
      expect(n).toBe(20);
    }
    const parts = events.flatMap((event) => (event.kind === "tensor" && event.contender === "q8_0" ? [event] : []));
    expect(parts.map(({ part: { layer, name } }) => (layer === null ? name : `${layer} ${name}`))).toEqual([
      "tied",
      ...["qkv", "o", "up", "down"].map((name) => `0 ${name}`),
      ...["qkv", "o", "up", "down"].map((name) => `1 ${name}`),
    ]);
    for (const { kld } of parts) expect(kld.value).toBeGreaterThan(0);
    for (const event of events) {
      if (event.kind === "tensor" && event.contender === "f32~f16") expect(event.kld.value).toBe(0);
    }
  });

  it("the floor is rounding only", async () => {
    const text = { kind: "ids", ids: ids.slice(0, 12) } as const;
    const { events, borrowed } = await run([], true, Number.POSITIVE_INFINITY, { text, window: 12 });
    expect(borrowed).toEqual(["f32"]);
    expect(events.flatMap((event) => (event.kind === "scores" ? [event.contender] : []))).toEqual(["floor"]);
    expect(meanKld(events, "floor")).toBeLessThan(1e-9);
    // Other kernels did run.
    expect(meanKld(events, "floor")).toBeGreaterThan(0);
  });

  it("stops after the window it is at, and gives every model back", async () => {
    const { events, borrowed, open, result } = await run(["q8_0", "q4_0"], false, 2);
    expect(events.filter(({ kind }) => kind === "scores")).toHaveLength(2);
    expect(borrowed).toEqual(["f32", "q8_0"]);
    expect(open).toBe(0);
    expect(result.end).toBe("stopped");
  });

  it("ends once the share is known as well as was asked for, and waits while paused", async () => {
    const long = Array.from({ length: 600 }, (_, i) => (i * i + 5 * i) % synthetic.spec.vocabSize);
    const gate = new PauseGate();
    const text = { kind: "ids", ids: long } as const;
    let waited = 0;
    const scored = (events: readonly ComparisonEvent[]): number[] =>
      events.flatMap((event) => (event.kind === "scores" ? [event.scored] : []));
    gate.pause();
    const running = run(["q8_0"], false, Number.POSITIVE_INFINITY, { text, until: 0.5 }, gate);
    const timer = setInterval(() => {
      waited++;
      if (waited === 3) gate.resume();
    }, 20);
    const { events, result } = await running;
    clearInterval(timer);
    expect(waited).toBeGreaterThanOrEqual(3);
    // 11 of each window of 24: the first hundred is enough for so large an error.
    expect(scored(events).at(-1)).toBe(110);
    expect(result.end).toBe("done");
    expect(events.at(0)).toMatchObject({ bos: false });
    await expect(run(["q8_0"], false, 1, { bos: true })).rejects.toMatchObject({ name: "InvalidSettingError" });
  });
});
