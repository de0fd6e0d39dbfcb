/** What loading costs and what it leaves behind: heap while it runs, GPU bytes afterwards, also when it fails. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

const MIB = 2 ** 20;
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

/** config.json and a safetensors file of some 200 MB of which nothing is stored: its values are made when read. */
function syntheticFolder(dtype: "F32" | "BF16", onRead: () => void): ByteSource[] {
  const size = dtype === "F32" ? 4 : 2;
  const [V, C, F] = [40_000, 576, 1536];
  const layers = dtype === "F32" ? 8 : 20;
  const shapes: [string, number[]][] = [["model.embed_tokens.weight", [V, C]]];
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`;
    shapes.push(
      [`${at}.input_layernorm.weight`, [C]],
      [`${at}.self_attn.q_proj.weight`, [C, C]],
      [`${at}.self_attn.k_proj.weight`, [192, C]],
      [`${at}.self_attn.v_proj.weight`, [192, C]],
      [`${at}.self_attn.o_proj.weight`, [C, C]],
      [`${at}.post_attention_layernorm.weight`, [C]],
      [`${at}.mlp.gate_proj.weight`, [F, C]],
      [`${at}.mlp.up_proj.weight`, [F, C]],
      [`${at}.mlp.down_proj.weight`, [C, F]],
    );
  }
  shapes.push(["model.norm.weight", [C]]);
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of shapes) {
    const bytes = shape.reduce((product, count) => product * count, size);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + text.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(text.length), true);
  start.set(text, 8);
  const weights: ByteSource = {
    name: "model.safetensors",
    sizeBytes: start.length + offset,
    async read(from, length) {
      onRead();
      const bytes = new Uint8Array(length);
      if (from < start.length) bytes.set(start.subarray(from, from + length));
      // Any finite weights: 0.001 in either format, a little varied.
      else for (let i = 0; i + size <= length; i += size) bytes.set(size === 4 ? [i & 63, 18, 131, 58] : [131, 58], i);
      return bytes;
    },
  };
  const config = {
    ...{ model_type: "llama", vocab_size: V, hidden_size: C, num_attention_heads: 9, num_key_value_heads: 3 },
    ...{ num_hidden_layers: layers, intermediate_size: F, max_position_embeddings: 64, tie_word_embeddings: true },
  };
  return [memorySource(new TextEncoder().encode(JSON.stringify(config)), "config.json"), weights];
}

describe("heap while loading", () => {
  it.each([
    ["F32", "stored"],
    ["BF16", "q8_0"],
  ] as const)("200 MB of %s as %s take at most 64 MiB of it at a time", async (dtype, level) => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held = () => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    let most = 0;
    let measured = 0;
    // Collected first, so that only what is really held counts, whenever the collector would have run.
    const measure = () => {
      if (++measured % 8 !== 0) return;
      collect();
      most = Math.max(most, held());
    };
    const { queue } = gpu.device;
    const write = queue.writeBuffer.bind(queue);
    const sources = syntheticFolder(dtype, measure);
    const bytes = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(bytes).toBeGreaterThan(180e6);
    queue.writeBuffer = (...parameters: Parameters<GPUQueue["writeBuffer"]>) => {
      measure();
      return write(...parameters);
    };
    try {
      collect();
      const start = held();
      const opened = await open(sources, { level });
      expect(measured).toBeGreaterThan(80);
      expect(most - start).toBeLessThan(64 * MIB);
      collect();
      expect(held() - start).toBeLessThan(16 * MIB);
      opened.model.destroy();
    } finally {
      queue.writeBuffer = write;
    }
  });
});

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
      expect(small.limits.maxStorageBufferBindingSize).toBe(128 * MIB);
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
