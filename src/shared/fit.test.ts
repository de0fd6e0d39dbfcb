import { describe, expect, it } from "vitest";
import { type FitQuestion, judgeFit, tokensPerSecondAtMost, withKept } from "./fit";
import type { KeptModel, LevelNeeds, ModelInspection } from "./library";
import type { ModelSpec } from "./modelSpec";
import type { LevelChoice } from "./recipes";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** 24 layers of 8 kv heads of 64: 2 x 8 x 64 x 2 bytes are 2 KiB a token and layer in f16, 48 KiB a token in all. */
const ATTENTION = { numHeads: 16, numKvHeads: 8, headDim: 64, slidingWindow: null };
const SPEC = {
  contextLength: 32_768,
  blocks: Array.from({ length: 24 }, () => ({ attention: ATTENTION })),
} as unknown as ModelSpec;

function needs(level: LevelChoice, weightBytes: number, presentBytes = 0): LevelNeeds {
  return {
    level,
    downloadBytes: 8 * GIB,
    keptBytes: weightBytes,
    presentBytes,
    weightBytes,
    bytesPerToken: weightBytes,
  };
}

const LEVELS = [
  needs("stored", 8 * GIB),
  needs("q8_0", 4 * GIB),
  needs("q4_0", 2 * GIB),
  needs("q4_0+head8", 2.2 * GIB),
];
const INSPECTION = { name: "m", spec: SPEC, levels: LEVELS } as unknown as ModelInspection;
const QUESTION: FitQuestion = {
  inspection: INSPECTION,
  level: "stored",
  kvPrecision: "f16",
  capacity: 4096,
  limits: { maxBufferSize: GIB, maxStorageBufferBindingSize: GIB },
  memoryBytes: null,
  storage: { usedBytes: 0, quotaBytes: 100 * GIB, isPersisted: false },
};
const judge = (change: Partial<FitQuestion>) => judgeFit({ ...QUESTION, ...change });

describe("will it fit", () => {
  it("adds weights and cache: 2 x layers x kv heads x head dim x bytes x tokens", () => {
    const fit = judge({});
    expect(fit.verdict).toEqual({ kind: "fits" });
    expect(fit.cacheBytes).toBe(2 * 24 * 8 * 64 * 2 * 4096);
    expect(fit.gpuBytes).toBe(8 * GIB + 192 * MIB);
    expect(judge({ kvPrecision: "f32" }).cacheBytes).toBe(384 * MIB);
    expect(judge({ level: "q4_0+head8" }).needs.weightBytes).toBe(2.2 * GIB);
  });

  it("takes the longest cache that suits the device when none was chosen", () => {
    // 1 GiB at 48 KiB a token.
    expect(judge({ capacity: null }).capacity).toBe(Math.floor(GIB / (48 * 1024)));
    // One layer's 2 KiB a token in a binding of 8 MiB, less its alignment.
    const limits = { maxBufferSize: GIB, maxStorageBufferBindingSize: 8 * MIB };
    const small = judge({ capacity: null, limits });
    expect(small.capacity).toBe(4095);
    expect(small.verdict).toEqual({ kind: "fits" });
  });

  it("says which cache would fit the adapter's buffers", () => {
    const limits = { maxBufferSize: 4 * MIB, maxStorageBufferBindingSize: GIB };
    const { verdict } = judge({ limits });
    const reason = { kind: "cache-buffer", neededBytes: 8 * MIB, limitBytes: 4 * MIB, capacity: 2048 };
    expect(verdict).toEqual({ kind: "fits-not", reason });
    expect(judge({ limits, capacity: 2048 }).verdict).toEqual({ kind: "fits" });
  });

  it("offers the finest smaller level that fits the machine's memory, at three quarters of it", () => {
    const reason = { kind: "memory", neededBytes: 8 * GIB + 192 * MIB, limitBytes: 4.5 * GIB };
    expect(judge({ memoryBytes: 6 * GIB }).verdict).toEqual({ kind: "fits-at", level: "q8_0", reason });
    expect(judge({ memoryBytes: 4 * GIB }).verdict).toMatchObject({ kind: "fits-at", level: "q4_0" });
    expect(judge({ memoryBytes: 2 * GIB }).verdict).toMatchObject({ kind: "fits-not", reason: { kind: "memory" } });
    expect(judge({ memoryBytes: 4 * GIB, level: "q4_0" }).verdict).toEqual({ kind: "fits" });
  });

  it("does not believe the most that browsers report", () => {
    expect(judge({ memoryBytes: 8 * GIB }).verdict).toEqual({ kind: "fits" });
    expect(judge({ memoryBytes: null }).verdict).toEqual({ kind: "fits" });
  });

  it("says whether it can be kept, with what of it is there already", () => {
    const storage = { usedBytes: 3 * GIB, quotaBytes: 10 * GIB, isPersisted: true };
    expect(judge({ storage })).toMatchObject({ canBeKept: false, freeBytes: 7 * GIB });
    expect(judge({ storage, level: "q8_0" }).canBeKept).toBe(true);
    const half = { ...INSPECTION, levels: [needs("stored", 8 * GIB, 2 * GIB)] };
    expect(judge({ storage, inspection: half }).canBeKept).toBe(true);
    // More used than allowed, as after a quota was lowered; and a browser that does not say.
    expect(judge({ storage: { ...storage, quotaBytes: GIB } })).toMatchObject({ canBeKept: false, freeBytes: 0 });
    expect(judge({ storage: null })).toMatchObject({ canBeKept: true, freeBytes: null });
  });
});

describe("what is kept by now", () => {
  const looked = { ...INSPECTION, link: "a/b", version: "1f", sourceBytes: 8 * GIB } as ModelInspection;
  const kept = (change: Partial<KeptModel>) =>
    [{ link: "a/b", version: "1f", level: "q8_0", keptBytes: 4 * GIB, ...change }] as KeptModel[];

  it("need not come any more", () => {
    const q8 = (models: readonly KeptModel[]) => withKept(looked, models).levels[1];
    expect(q8(kept({}))).toMatchObject({ presentBytes: 4 * GIB, downloadBytes: 0 });
    expect(q8(kept({ keptBytes: GIB }))).toMatchObject({ presentBytes: GIB, downloadBytes: 6 * GIB });
    // Another level, version or model, and one that was deleted since.
    for (const models of [kept({ level: "q4_0" }), kept({ version: "2f" }), kept({ link: "a/c" }), []]) {
      expect(q8(models)).toMatchObject({ presentBytes: 0, downloadBytes: 8 * GIB });
    }
  });
});

describe("speed at most", () => {
  it("is bandwidth over the bytes of a token, and unknown without either", () => {
    expect(tokensPerSecondAtMost(100e9, 0.5e9)).toBe(200);
    expect(tokensPerSecondAtMost(0, 1)).toBeNull();
    expect(tokensPerSecondAtMost(1, 0)).toBeNull();
  });
});
