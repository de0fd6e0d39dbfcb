/** What loading leaves behind, also when it fails: the GPU bytes of before. What it takes meanwhile is loadingHeap.test.ts. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import { type ByteSource, memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { type OpenedModel, type OpenModelOptions, openModel } from "../openModel";
import { openTestGpu } from "../testing/kernelHarness";
import { talkingModel } from "../testing/talkingModel";
import { randomModel, type TinyFolderOptions, tinyFolder, tinyGguf } from "../testing/tinyModel";
import { generateText } from "./generation";
import { Session } from "./session";

const RANDOM = randomModel(11);

let gpu: Gpu;
let before = 0;
beforeAll(async () => {
  gpu = await openTestGpu();
});
beforeEach(() => {
  before = gpu.allocatedBytes;
});
afterEach(() => {
  expect(gpu.allocatedBytes).toBe(before);
});

async function open(sources: readonly ByteSource[], options: Partial<OpenModelOptions> = {}): Promise<OpenedModel> {
  return openModel(gpu, await openModelFiles(sources), { level: "stored", variant: "auto", ...options });
}

const gguf = (bytes: Uint8Array): ByteSource[] => [memorySource(bytes, "model.gguf")];
const folder = (options: TinyFolderOptions = {}): ByteSource[] =>
  [...tinyFolder(RANDOM, options)].map(([name, bytes]) => memorySource(bytes, name));

async function greedyIds({ model, tokenizer, ...rest }: OpenedModel): Promise<readonly number[]> {
  const session = await Session.create(model, { capacity: 64, precision: "f32" });
  try {
    const result = await generateText(
      { model, tokenizer, ...rest },
      session,
      {
        prompt: { kind: "ids", ids: [1, 4, 270, 275, 5] },
        sampling: { ...DEFAULT_SAMPLING, greedy: true },
        maxNewTokens: 24,
        stopStrings: [],
        tokensInFlight: 4,
        atCapacity: "stop",
      },
      () => {},
    );
    return result.ids;
  } finally {
    await session.close();
  }
}

describe("a load that does not succeed leaves nothing on the GPU", () => {
  it.each([0, 0.3, 0.9])("cancelled after a share of %d", async (share) => {
    const cancel = new AbortController();
    if (share === 0) cancel.abort();
    const loading = open(gguf(tinyGguf(RANDOM)), {
      signal: cancel.signal,
      onBytes: (done, total) => {
        if (done >= share * total) cancel.abort();
      },
    });
    await expect(loading).rejects.toMatchObject({ name: "CancelledError" });
  });

  const without = (name: string) =>
    tinyGguf(RANDOM, { tensors: (all) => all.filter((tensor) => tensor.name !== name) });
  const changed = (name: string, change: { shape?: number[]; type?: number }) =>
    tinyGguf(RANDOM, {
      tensors: (all) => all.map((tensor) => (tensor.name === name ? { ...tensor, ...change } : tensor)),
    });

  it.each([
    [
      "not a model",
      () => gguf(new TextEncoder().encode("Once upon a time there was a text.")),
      "InvalidFileError",
      "GGUF",
    ],
    ["cut off", () => gguf(tinyGguf(RANDOM).slice(0, -50_000)), "InvalidFileError", "truncated"],
    ["cut off in the header", () => gguf(tinyGguf(RANDOM).slice(0, 2000)), "InvalidFileError", "damaged"],
    ["an empty file", () => gguf(new Uint8Array(0)), "InvalidFileError", "GGUF"],
    ["last tensor missing", () => gguf(without("output_norm.weight")), "TensorMismatchError", "output_norm.weight"],
    [
      "tensor missing in a layer",
      () => gguf(without("blk.1.ffn_up.weight")),
      "TensorMismatchError",
      "blk.1.ffn_up.weight",
    ],
    [
      "shape against the configuration",
      () => gguf(changed("blk.1.attn_k.weight", { shape: [64, 32] })),
      "TensorMismatchError",
      "blk.1.attn_k.weight",
    ],
    // Whole numbers, which no weights are kept in; the file has enough bytes for them.
    ["a type we do not know", () => gguf(changed("blk.1.attn_q.weight", { type: 24 })), "UnsupportedModelError", "I8"],
    [
      "an unknown architecture",
      () => gguf(tinyGguf(RANDOM, { metadata: { "general.architecture": { kind: "string", value: "mamba" } } })),
      "UnsupportedModelError",
      '"mamba"',
    ],
    [
      "metadata missing",
      () => gguf(tinyGguf(RANDOM, { metadata: { "llama.block_count": undefined } })),
      "UnsupportedModelError",
      "llama.block_count",
    ],
    [
      "an unknown tokenizer",
      () => gguf(tinyGguf(RANDOM, { metadata: { "tokenizer.ggml.model": { kind: "string", value: "rwkv" } } })),
      "TokenizerError",
      '"rwkv"',
    ],
    ["an unknown model_type", () => folder({ config: { model_type: "mamba" } }), "UnsupportedModelError", '"mamba"'],
    [
      "an unknown option",
      () => folder({ config: { rope_scaling: { rope_type: "longrope" } } }),
      "UnsupportedModelError",
      "longrope",
    ],
    [
      "folder without a tensor",
      () => folder({ without: ["model.norm.weight"] }),
      "TensorMismatchError",
      "model.norm.weight",
    ],
    ["folder without config.json", () => folder().slice(1), "InvalidFileError", "config.json"],
    ["more heads than rows", () => folder({ config: { num_attention_heads: 8 } }), "TensorMismatchError", "q_proj"],
  ] as const)("%s", async (_, sources, name, word) => {
    const failed = open(sources());
    await expect(failed).rejects.toMatchObject({ name });
    await expect(failed).rejects.toThrow(word);
  });

  it("and the model that was open goes on", async () => {
    const opened = await open(gguf(tinyGguf(RANDOM)));
    const ids = await greedyIds(opened);
    await expect(open(gguf(without("output_norm.weight")))).rejects.toThrow();
    expect(await greedyIds(opened)).toEqual(ids);
    opened.model.destroy();
  });
});

describe("loading and unloading", () => {
  it("ten rounds leave the GPU as it was, with the same ids every time", async () => {
    const bytes = tinyGguf(RANDOM);
    const first = await open(gguf(bytes));
    const gpuBytes = first.model.gpuBytes;
    const ids = await greedyIds(first);
    first.model.destroy();
    for (let round = 1; round < 10; round++) {
      const opened = await open(gguf(bytes));
      expect(opened.model.gpuBytes).toBe(gpuBytes);
      expect(gpu.allocatedBytes).toBe(before + gpuBytes);
      if (round === 9) expect(await greedyIds(opened)).toEqual(ids);
      opened.model.destroy();
      expect(gpu.allocatedBytes).toBe(before);
    }
  });

  it("two models at a time do not disturb each other", async () => {
    const random = await open(gguf(tinyGguf(RANDOM)));
    const ids = await greedyIds(random);
    const talking = await open(gguf(tinyGguf(talkingModel())));
    await greedyIds(talking);
    expect(await greedyIds(random)).toEqual(ids);
    random.model.destroy();
    expect((await greedyIds(talking)).length).toBe(24);
    talking.model.destroy();
  });
});

describe("devices that offer less", () => {
  it.each([
    ["the limits that every device has", { defaultLimits: true }],
    ["no optional features", { withoutFeatures: ["shader-f16", "subgroups"] as const }],
  ])("%s give the same ids", async (_, options) => {
    const bytes = tinyGguf(RANDOM);
    const opened = await open(gguf(bytes));
    const ids = await greedyIds(opened);
    opened.model.destroy();
    const small = await openTestGpu(options);
    const files = await openModelFiles(gguf(bytes));
    const there = await openModel(small, files, { level: "stored", variant: "auto" });
    expect(await greedyIds(there)).toEqual(ids);
    there.model.destroy();
    expect(small.allocatedBytes).toBe(0);
    if ("defaultLimits" in options) {
      expect(small.limits.maxStorageBufferBindingSize).toBe(128 * 2 ** 20);
      expect(small.limits.maxComputeWorkgroupStorageSize).toBe(16384);
    }
  });

  it("whose bindings are small get every matrix in parts, and the same ids", async () => {
    const bytes = tinyGguf(RANDOM);
    const opened = await open(gguf(bytes));
    const ids = await greedyIds(opened);
    const whole = opened.model.weights;
    const parts = (weights: typeof whole): number[] =>
      weights.blocks.flatMap(({ qkv, up }) => [qkv.matrix.parts.length, up.matrix.parts.length]);
    expect(Math.max(...parts(whole))).toBe(1);
    opened.model.destroy();
    const small = await openTestGpu();
    const limits = new Proxy(small.limits, {
      get: (target, key) => (key === "maxStorageBufferBindingSize" ? 17_408 : Reflect.get(target, key, target)),
    });
    Object.defineProperty(small, "limits", { value: limits });
    const files = await openModelFiles(gguf(bytes));
    const there = await openModel(small, files, { level: "stored", variant: "auto" });
    expect(Math.min(...parts(there.model.weights))).toBeGreaterThan(1);
    expect(there.model.weights.head.matrix.parts.length).toBeGreaterThan(1);
    expect(await greedyIds(there)).toEqual(ids);
    there.model.destroy();
  });
});
