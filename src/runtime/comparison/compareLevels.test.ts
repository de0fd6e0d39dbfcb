/** The whole comparison over generated models: events in order, the floor, borrowing and giving back, stopping. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { ComparedHead, ComparisonEvent, ComparisonRequest, HeadDifference } from "../../shared/comparison";
import { VitrineError } from "../../shared/errors";
import { joinScores } from "../../shared/growingScores";
import { type ComparedChoice, type LevelChoice, splitChoice, splitCompared } from "../../shared/recipes";
import { comparisonStatistics } from "../../shared/runningStatistics";
import { PauseGate } from "../files/pauseGate";
import type { Gpu } from "../gpu/device";
import { paddedStride } from "../kernels/weightMatrix";
import { openTestGpu } from "../testing/kernelHarness";
import { openSynthetic, syntheticLlama } from "../testing/syntheticModel";
import { ComparedHeads } from "./comparedHeads";
import { compareLevels } from "./compareLevels";
import { type ComparisonSetting, KEPT_BYTES } from "./comparisonSetting";

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
  file: null,
  lora: null,
} as const;

interface Outcome {
  readonly events: ComparisonEvent[];
  readonly borrowed: ComparedChoice[];
  open: number;
  mostOpen: number;
  /** Layer 1 head 3 of each level, read when the models were gone. */
  readonly patterns: (ComparedHead & { readonly contender: string })[];
}

interface Room extends Partial<ComparisonSetting> {
  readonly mostModels: number;
  /** Hears what the models take, whenever that changes. */
  readonly onModels?: (bytes: number) => void;
}

/** @param stopAfter windows */
async function run(
  levels: readonly ComparedChoice[],
  measureFloor: boolean,
  stopAfter = Number.POSITIVE_INFINITY,
  change: Partial<ComparisonRequest> = {},
  gate = new PauseGate(),
  room: Room = { mostModels: 2 },
): Promise<Outcome & { result: Awaited<ReturnType<typeof compareLevels>> }> {
  const outcome: Outcome = { events: [], borrowed: [], open: 0, mostOpen: 0, patterns: [] };
  const stop = new AbortController();
  const heads = new ComparedHeads();
  let models = 0;
  const result = await compareLevels(
    { ...request, levels, measureFloor, ...change },
    {
      budgetBytes: null,
      keptBytes: KEPT_BYTES,
      ...room,
      borrow: async (choice) => {
        // Until it is there.
        room.onModels?.(Number.POSITIVE_INFINITY);
        if (outcome.open >= room.mostModels) throw new VitrineError("OutOfMemoryError", "No room for another model.");
        const opened = await openSynthetic(gpu, synthetic, splitChoice(splitCompared(choice).weights as LevelChoice));
        outcome.borrowed.push(choice);
        outcome.open++;
        models += opened.model.gpuBytes;
        room.onModels?.(models);
        outcome.mostOpen = Math.max(outcome.mostOpen, outcome.open);
        return {
          opened,
          ownBytes: opened.model.gpuBytes,
          release: () => {
            outcome.open--;
            models -= opened.model.gpuBytes;
            room.onModels?.(models);
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
      heads,
    },
  );
  // What comes now is no longer the run's.
  room.onModels?.(Number.POSITIVE_INFINITY);
  // What they hold outlives the models.
  expect(outcome.open).toBe(0);
  for (const event of outcome.events) {
    if (event.kind !== "heads") continue;
    const whole = { start: 0, step: 1, count: event.tokens };
    const { reference, level } = await heads.read({
      contender: event.contender,
      head: { layer: 1, head: 3 },
      rows: whole,
      keys: whole,
    });
    outcome.patterns.push({ contender: event.contender, reference, level });
  }
  await heads.close();
  expect(heads.gpuBytes).toBe(0);
  const one = { start: 0, step: 1, count: 1 };
  const read = heads.read({ contender: "q8_0", head: { layer: 0, head: 0 }, rows: one, keys: one });
  await expect(read).rejects.toMatchObject({ name: "InvalidStateError" });
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
  });

  describe("where both models do not fit", () => {
    const levels = ["q8_0", "q4_0", "f32~f16"] as const;
    let together: Awaited<ReturnType<typeof run>> | null = null;
    const windowBytes = 12 * 128 * 4;
    const told = (events: readonly ComparisonEvent[], kind: ComparisonEvent["kind"]): ComparisonEvent[] =>
      events.filter((event) => event.kind === kind);
    /** In the order of contenders, not of turns. */
    const scoresOf = (events: readonly ComparisonEvent[], contender: string) =>
      events.flatMap((event) => (event.kind === "scores" && event.contender === contender ? [event] : []));

    it.each([
      ["by the budget, all windows at a time", { budgetBytes: 1, mostModels: 1 }, 3],
      ["by the budget, a window at a time", { budgetBytes: 1, mostModels: 1, keptBytes: windowBytes }, 1],
      ["by a refusal, two windows at a time", { mostModels: 1, keptBytes: 2 * windowBytes }, 2],
    ])("they take turns %s, and every number is the same", async (_, room, atATime) => {
      together ??= await run(levels, true);
      const { events } = together;
      const turns = await run(levels, true, Number.POSITIVE_INFINITY, {}, new PauseGate(), room);
      expect([together.mostOpen, turns.mostOpen]).toEqual([2, 1]);
      expect(told(events, "turns")).toEqual([]);
      expect(told(turns.events, "turns")).toEqual([
        { kind: "turns", windowsAtATime: atATime, ofWindows: 3, referenceStays: false },
      ]);
      expect(told(turns.events, "reading").at(-1)).toMatchObject({ level: "f32", done: 3, ofWindows: 3 });
      for (const contender of ["floor", ...levels]) {
        expect(scoresOf(turns.events, contender)).toEqual(scoresOf(events, contender));
      }
      for (const kind of ["layers", "heads"] as const) {
        expect(told(turns.events, kind)).toEqual(told(events, kind));
      }
      expect(turns.patterns).toEqual(together.patterns);
      expect(turns.result).toMatchObject({ end: "done", reference: { level: "f32" } });
      expect(turns.result.levels.map(({ level }) => level)).toEqual(levels);
      expect(turns.result.reference.tokensPerSecond).toBeGreaterThan(0);
      const batches = Math.ceil(3 / atATime);
      // Reference and levels once for each batch; by a refusal the reference was open already.
      expect(turns.borrowed).toHaveLength(batches * (1 + levels.length));
    });

    it("stops between turns and frees what is kept", async () => {
      const room = { budgetBytes: 1, mostModels: 1, keptBytes: windowBytes };
      const before = gpu.allocatedBytes;
      const { result, open, events } = await run(levels, false, 4, {}, new PauseGate(), room);
      expect(result.end).toBe("stopped");
      expect(told(events, "scores")).toHaveLength(4);
      expect(open).toBe(0);
      expect(gpu.allocatedBytes).toBe(before);
    });

    it("says that the chat's own model, as the reference, cannot make room", async () => {
      const opened = await openSynthetic(gpu, synthetic, { level: "f32" });
      const told: ComparisonEvent[] = [];
      const failing = compareLevels(
        { ...request, levels: ["q8_0"], measureFloor: false },
        {
          budgetBytes: 1,
          keptBytes: KEPT_BYTES,
          borrow: async (choice) => {
            if (choice === "f32") return { opened, ownBytes: 0, release: () => {} };
            throw new VitrineError("OutOfMemoryError", "No room for another model.");
          },
          onEvent: (event) => void told.push(event),
          now: () => 0,
          signal: new AbortController().signal,
          passed: async () => {},
          heads: new ComparedHeads(),
        },
      );
      await expect(failing).rejects.toMatchObject({
        name: "OutOfMemoryError",
        message: expect.stringMatching(/no room for q8_0 beside the chat's own model, which is the reference/),
      });
      expect(told.find(({ kind }) => kind === "turns")).toMatchObject({ referenceStays: true });
      opened.model.destroy();
    });

    it("says so when not even one fits", async () => {
      const room = { budgetBytes: 1, mostModels: 0 };
      const failing = run(levels, false, 1, {}, new PauseGate(), room);
      await expect(failing).rejects.toMatchObject({ name: "OutOfMemoryError" });
    });
  });

  describe("GPU memory beyond the models", () => {
    const { vocabSize } = synthetic.spec;
    /** Counted by the buffers themselves, whatever the run says of it. */
    async function mostBytes(windows: number, window: number, keptWindows: number): Promise<number> {
      const long = Array.from({ length: windows * window }, (_, i) => (i * i + 5 * i) % vocabSize);
      const text = { kind: "ids", ids: long } as const;
      let models = 0;
      let most = 0;
      const { createBuffer } = gpu;
      const before = gpu.allocatedBytes;
      const spy = vi.spyOn(gpu, "createBuffer").mockImplementation((...call) => {
        const buffer = createBuffer.apply(gpu, call);
        most = Math.max(most, gpu.allocatedBytes - before - models);
        return buffer;
      });
      // A model that is being loaded is a model.
      const room = {
        mostModels: 2,
        keptBytes: keptWindows * (window / 2) * paddedStride(vocabSize) * 4,
        onModels: (bytes: number) => {
          models = bytes;
        },
      };
      try {
        const { result } = await run(["q8_0"], true, Number.POSITIVE_INFINITY, { text, window }, new PauseGate(), room);
        expect(result.scratchBytes).toBe(most);
      } finally {
        spy.mockRestore();
      }
      return most;
    }

    it("is of a window and the vocabulary, not of the text, and the run says how much", async () => {
      const [short, long] = [await mostBytes(2, 64, 0), await mostBytes(6, 64, 0)];
      expect(long).toBe(short);
      // Two passes and their logits, caches, and the heads of both.
      const [narrow, wide] = [short, await mostBytes(2, 128, 0)];
      expect(wide).toBeGreaterThan(narrow);
      expect(wide).toBeLessThan(2 * narrow);
      // Where the reference's logits are kept: these, and nothing else of the text.
      const windowBytes = 31 * paddedStride(vocabSize) * 4;
      const kept = await mostBytes(6, 64, 6);
      expect(kept - (await mostBytes(4, 64, 6))).toBe(2 * windowBytes);
    });
  });

  it("says how each head's attention changed, and keeps the patterns", async () => {
    const tokens = 20;
    const text = { kind: "ids", ids: ids.slice(0, tokens) } as const;
    const { events, patterns } = await run(["f32~f16", "q4_0"], false, Number.POSITIVE_INFINITY, {
      text,
      window: tokens,
    });
    const found = events.flatMap((event) => (event.kind === "heads" ? [event] : []));
    expect(found.map(({ contender, tokens }) => [contender, tokens])).toEqual([
      ["f32~f16", tokens],
      ["q4_0", tokens],
    ]);
    for (const { heads } of found) expect(heads.map(({ length }) => length)).toEqual([4, 4]);
    for (const [index, { reference, level }] of patterns.entries()) {
      // What a mask hides is not a number; the rest of a row sums to 1.
      expect([...level].filter(Number.isNaN)).toHaveLength((tokens * (tokens - 1)) / 2);
      const { heads } = found[index] as (typeof found)[number];
      const told = heads[1]?.[3] as HeadDifference;
      const rows = Array.from({ length: tokens - 1 }, (_, i) => i + 1);
      const mean = (of: (row: number) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
      const at = (cells: Float32Array, row: number, key: number): number => cells[row * tokens + key] as number;
      const variation = mean((row) => {
        let sum = 0;
        for (let key = 0; key <= row; key++) sum += Math.abs(at(level, row, key) - at(reference, row, key));
        return sum / 2;
      });
      // Weights in f32, from scores of a few tens.
      expect(told.variation.value).toBeCloseTo(variation, 6);
      expect(told.variation.n).toBe(tokens - 1);
      const first = mean((row) => at(level, row, 0) - at(reference, row, 0));
      expect((told.level.first ?? 0) - (told.reference.first ?? 0)).toBeCloseTo(first, 5);
      const self = mean((row) => at(level, row, row) - at(reference, row, row));
      expect((told.level.self ?? 0) - (told.reference.self ?? 0)).toBeCloseTo(self, 5);
      expect(told.variation.value).toBeGreaterThan(index === 0 ? 1e-6 : 1e-3);
    }
    const variationOf = (index: number): number => found[index]?.heads[1]?.[3]?.variation.value ?? Number.NaN;
    expect(variationOf(0)).toBeLessThan(variationOf(1));
  });

  it("a level that is the reference attends alike", async () => {
    const text = { kind: "ids", ids: ids.slice(0, 12) } as const;
    const { events } = await run(["f32"], false, Number.POSITIVE_INFINITY, { text, window: 12 });
    const heads = events.flatMap((event) => (event.kind === "heads" ? event.heads.flat() : []));
    expect(heads).toHaveLength(8);
    for (const { reference, level, variation } of heads) {
      expect(variation).toMatchObject({ value: 0, error: 0 });
      expect(level).toEqual(reference);
    }
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
