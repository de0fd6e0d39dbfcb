import { describe, expect, it } from "vitest";
import {
  KNOWN_MODELS,
  KV_VALUE_BYTES,
  type KvLayer,
  kvBytesPerToken,
  kvCacheBytes,
  kvLayersOfKnown,
  kvSharingOf,
  tokensInSight,
  withKvHeads,
} from "./memory";

function layersOf(id: string): readonly KvLayer[] {
  const model = KNOWN_MODELS.find((known) => known.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return kvLayersOfKnown(model);
}

const KIB = 1024;

describe("cache bytes per token", () => {
  // Published figures for 16-bit caches.
  it.each([
    ["llama-2-7b", 512 * KIB],
    ["llama-2-13b", 800 * KIB],
    ["llama-2-70b", 320 * KIB],
    ["mistral-7b", 128 * KIB],
    ["llama-3.2-1b", 32 * KIB],
    ["qwen2-0.5b", 12 * KIB],
    ["smollm2-135m", 22.5 * KIB],
    ["gpt2", 36 * KIB],
  ])("%s", (id, bytes) => {
    expect(kvBytesPerToken(layersOf(id), KV_VALUE_BYTES.f16)).toBe(bytes);
  });

  it("is eight times that of 70B without shared heads, and the smallest with one head for all", () => {
    const layers = layersOf("llama-2-70b");
    expect(kvBytesPerToken(withKvHeads(layers, 64), 2)).toBe(2.5 * 1024 * KIB);
    expect(kvBytesPerToken(withKvHeads(layers, 1), 2)).toBe(40 * KIB);
    // No more kv heads than heads.
    expect(kvBytesPerToken(withKvHeads(layers, 100), 2)).toBe(2.5 * 1024 * KIB);
  });

  it("counts the scales of block formats", () => {
    const layers = layersOf("llama-2-7b");
    expect(kvBytesPerToken(layers, KV_VALUE_BYTES.q8_0)).toBe(272 * KIB);
    expect(kvBytesPerToken(layers, KV_VALUE_BYTES.q4_0)).toBe(144 * KIB);
  });
});

describe("sliding windows", () => {
  const wide: KvLayer = { numHeads: 4, numKvHeads: 2, headDim: 8, slidingWindow: null };
  const narrow: KvLayer = { ...wide, slidingWindow: 10 };

  it("leave the newest tokens in sight, one less than the window for the token to come", () => {
    expect([0, 5, 9, 10, 100].map((length) => tokensInSight(narrow, length))).toEqual([0, 5, 9, 9, 9]);
    expect(tokensInSight(wide, 100)).toBe(100);
  });

  it("bound what a cache has to keep, where it frees the rest", () => {
    const layers = [wide, narrow];
    const layerBytes = 2 * 2 * 8 * 4;
    expect(kvCacheBytes(layers, 4, 100)).toBe(layerBytes * 200);
    expect(kvCacheBytes(layers, 4, 100, { windowed: true })).toBe(layerBytes * 110);
    expect(kvCacheBytes(layers, 4, 7, { windowed: true })).toBe(layerBytes * 14);
  });
});

it("names how heads share keys and values", () => {
  const layer = { numHeads: 8, headDim: 8, slidingWindow: null };
  expect([8, 4, 1].map((numKvHeads) => kvSharingOf({ ...layer, numKvHeads }))).toEqual(["mha", "gqa", "mqa"]);
});
