/** What a KV cache costs. Every place that shows, checks or reserves cache bytes computes them here. */
import type { AttentionSpec, ModelSpec } from "./modelSpec";
import type { KvPrecision } from "./protocol";
import { bitsPerWeight, QUANT_FORMATS } from "./quant";

/** What of a layer decides the size of its cache. */
export type KvLayer = Pick<AttentionSpec, "numHeads" | "numKvHeads" | "headDim" | "slidingWindow">;

/** Bytes of one cached value in the precisions this runtime keeps. */
export const KV_BYTES: { readonly [P in KvPrecision]: number } = { f32: 4, f16: 2 };

/** Precisions to compare: those of this runtime, and two block formats that others offer for caches. */
export const KV_VALUE_BYTES = {
  ...KV_BYTES,
  q8_0: bitsPerWeight(QUANT_FORMATS.q8_0) / 8,
  q4_0: bitsPerWeight(QUANT_FORMATS.q4_0) / 8,
} as const;
export type KvValueFormat = keyof typeof KV_VALUE_BYTES;

export function kvLayersOf(spec: ModelSpec): readonly KvLayer[] {
  return spec.blocks.map(({ attention }) => attention);
}

/** 2 x kv heads x head dim x bytes: one token's key and value in one layer. */
export function kvLayerBytesPerToken(layer: Pick<KvLayer, "numKvHeads" | "headDim">, valueBytes: number): number {
  return 2 * layer.numKvHeads * layer.headDim * valueBytes;
}

/** 2 x layers x kv heads x head dim x bytes. */
export function kvBytesPerToken(layers: readonly KvLayer[], valueBytes: number): number {
  return layers.reduce((sum, layer) => sum + kvLayerBytesPerToken(layer, valueBytes), 0);
}

/**
 * Tokens of `length` that the next token can still see in a layer. A window counts the token itself, so it leaves one
 * less to look back on.
 */
export function tokensInSight(layer: Pick<KvLayer, "slidingWindow">, length: number): number {
  return layer.slidingWindow === null ? length : Math.min(length, Math.max(0, layer.slidingWindow - 1));
}

/** Bytes of `length` tokens. `windowed`: a cache that frees what has left a layer's window, the newest token included. */
export function kvCacheBytes(
  layers: readonly KvLayer[],
  valueBytes: number,
  length: number,
  options: { readonly windowed?: boolean } = {},
): number {
  const kept = ({ slidingWindow }: KvLayer): number =>
    options.windowed && slidingWindow !== null ? Math.min(length, slidingWindow) : length;
  return layers.reduce((sum, layer) => sum + kvLayerBytesPerToken(layer, valueBytes) * kept(layer), 0);
}

/** Bindings start at multiples of this many bytes. */
export const BINDING_ALIGNMENT = 256;
/** What a cache takes when nobody chose its length. */
const DEFAULT_CACHE_BYTES = 2 ** 30;

/**
 * The longest cache, at most the model's context, whose layers fit a device's bindings and 1 GiB together.
 * @param bindingBytes the smaller of the limits for a buffer and for a binding
 */
export function defaultCapacity(spec: ModelSpec, precision: KvPrecision, bindingBytes: number): number {
  const layers = kvLayersOf(spec);
  const largest = Math.max(...layers.map((layer) => kvLayerBytesPerToken(layer, KV_BYTES[precision])));
  const fits = Math.min(
    Math.floor((bindingBytes - BINDING_ALIGNMENT) / largest),
    Math.floor(DEFAULT_CACHE_BYTES / kvBytesPerToken(layers, KV_BYTES[precision])),
  );
  return Math.max(1, Math.min(spec.contextLength, fits));
}

/** How many query heads share one key and value head: every one its own, some, or all of them. */
export type KvSharing = "mha" | "gqa" | "mqa";

export function kvSharingOf({ numHeads, numKvHeads }: KvLayer): KvSharing {
  if (numKvHeads === numHeads) return "mha";
  return numKvHeads === 1 ? "mqa" : "gqa";
}

/** The same layers with another number of kv heads; the model's own heads bound it. */
export function withKvHeads(layers: readonly KvLayer[], numKvHeads: number): readonly KvLayer[] {
  return layers.map((layer) => ({ ...layer, numKvHeads: Math.min(layer.numHeads, numKvHeads) }));
}

/** Shape of a known model's cache, from its published config.json. */
export interface KnownModel {
  readonly id: string;
  readonly name: string;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly contextLength: number;
  /** Of every layer; null: none. */
  readonly slidingWindow: number | null;
}

function known(
  id: string,
  name: string,
  [numLayers, numHeads, numKvHeads, headDim, contextLength]: readonly [number, number, number, number, number],
  slidingWindow: number | null = null,
): KnownModel {
  return { id, name, numLayers, numHeads, numKvHeads, headDim, contextLength, slidingWindow };
}

export const KNOWN_MODELS: readonly KnownModel[] = [
  known("gpt2", "GPT-2", [12, 12, 12, 64, 1024]),
  known("smollm2-135m", "SmolLM2-135M", [30, 9, 3, 64, 8192]),
  known("qwen2-0.5b", "Qwen2-0.5B", [24, 14, 2, 64, 32_768]),
  known("llama-3.2-1b", "Llama-3.2-1B", [16, 32, 8, 64, 131_072]),
  known("mistral-7b", "Mistral-7B v0.1", [32, 32, 8, 128, 32_768], 4096),
  known("llama-2-7b", "Llama-2-7B", [32, 32, 32, 128, 4096]),
  known("llama-2-13b", "Llama-2-13B", [40, 40, 40, 128, 4096]),
  known("llama-2-70b", "Llama-2-70B", [80, 64, 8, 128, 4096]),
];

export function kvLayersOfKnown(model: KnownModel): readonly KvLayer[] {
  const { numLayers, numHeads, numKvHeads, headDim, slidingWindow } = model;
  return Array.from({ length: numLayers }, () => ({ numHeads, numKvHeads, headDim, slidingWindow }));
}
