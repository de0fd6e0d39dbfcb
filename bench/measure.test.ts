import { beforeAll, describe, expect, it } from "vitest";
import type { Gpu } from "../src/runtime/gpu/device";
import { Model } from "../src/runtime/model/model";
import { Session } from "../src/runtime/session/session";
import { ApiCounter } from "../src/runtime/testing/apiCounter";
import { openTestGpu } from "../src/runtime/testing/kernelHarness";
import { openNodeGpu } from "../src/runtime/testing/nodeGpu";
import { type BenchOptions, measure } from "./measure";
import { randomModel } from "./randomWeights";
import { type BenchShape, layersOf, SHAPES } from "./shapes";

const TINY: BenchShape = {
  name: "tiny",
  config: {
    model_type: "llama",
    hidden_size: 64,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 96,
    vocab_size: 1024,
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
  },
};
const OPTIONS: BenchOptions = {
  level: "q4_0",
  variant: "auto",
  prefills: [8, 16],
  contexts: [16, 64],
  decodeTokens: 2,
  runs: 1,
  profile: false,
  scoring: { tokens: 16, window: 8 },
};

describe("a measurement", () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openTestGpu();
  });

  it("says what it measured, under the names that readers of the JSON rely on", async () => {
    const before = gpu.allocatedBytes;
    const result = await measure(gpu, TINY, 2, OPTIONS);
    expect(result).toMatchObject({ shape: "tiny", level: "q4_0", numLayers: 2, modelLayers: 3 });
    expect(Object.keys(result.prefillTokensPerSecond)).toEqual(["8", "16"]);
    expect(Object.keys(result.decodeTokensPerSecond)).toEqual(["16", "64"]);
    for (const speed of [
      ...Object.values(result.prefillTokensPerSecond),
      ...Object.values(result.decodeTokensPerSecond),
    ])
      expect(speed).toBeGreaterThan(0);
    expect(result).toMatchObject({ dispatchesPerToken: 5 * 2 + 5, submitsPerToken: 1, newObjectsPerToken: 0 });
    expect(result.gpuBytes).toBeGreaterThanOrEqual(result.weightBytes + result.cacheBytes);
    expect(result.bytesPerToken).toBeGreaterThan(result.weightBytes);
    expect(result.scoring).toMatchObject({ levels: ["q8_0", "q4_0"], tokens: 16, window: 8 });
    expect(result.scoring.ratio).toBeCloseTo(result.scoring.scoringMs / result.scoring.prefillsMs, 9);
    for (const key of ["adapter", "features", "variants", "copyBytesPerSecond", "copyShare"] as const)
      expect(result[key]).toBeDefined();
    expect(gpu.allocatedBytes).toBe(before);
  });
});

describe("GPU bytes of real shapes", () => {
  // Allocated by the null backend, which computes nothing.
  it.each(
    SHAPES.filter(({ name }) => !name.startsWith("Llama")).flatMap((shape) =>
      (["subgroup", "barrier_free"] as const).map((variant) => [shape.name, variant, shape] as const),
    ),
  )("%s, %s: at most 1.1 times weights and cache, and 64 MiB", async (_, variant, shape) => {
    const counter = new ApiCounter(await openNodeGpu("null"), true);
    const { gpu } = counter;
    const model = await Model.load(gpu, { ...randomModel(shape, "q4_0"), variant });
    const session = await Session.create(model, { capacity: 2048, precision: "f16", prefillRows: 256 });
    const weights = Object.values(model.weights.bytesByFormat).reduce((sum, bytes) => sum + bytes, 0);
    expect(model.spec.blocks).toHaveLength(layersOf(shape));
    expect(gpu.allocatedBytes).toBeLessThanOrEqual(1.1 * (weights + session.cache.sizeBytes) + 64 * 2 ** 20);
    await session.close();
    model.destroy();
    expect(gpu.allocatedBytes).toBe(0);
  });
});
