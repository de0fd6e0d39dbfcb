/** What the forward pass of one session is made from: model, cache, and the GPU buffers besides them. */
import type { BlockSpec, ModelSpec } from "../../shared/modelSpec";
import type { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { piecesBytes } from "../kernels/attentionSplit";
import { chunksBytes, DRAWN_BYTES, HISTORY_BYTES, SETTINGS_BYTES } from "../kernels/sample";
import { paddedStride } from "../kernels/weightMatrix";
import type { KernelChoice } from "./kernelChoice";
import type { KvCache } from "./kvCache";
import type { ModelWeights } from "./weights";

/** Everything a step reads and writes besides weights. T is the largest number of rows of one prefill step. */
export interface ForwardBuffers {
  /** Position and row count: `lib/step.wgsl`. */
  readonly step: GPUBuffer;
  /** [T] u32; the sampler writes the next input to [0] */
  readonly tokens: GPUBuffer;
  /** [T, C] the residual stream */
  readonly hidden: GPUBuffer;
  /** [T, C] */
  readonly normed: GPUBuffer;
  /** [T, (H + 2K) D] */
  readonly qkv: GPUBuffer;
  /** [T, H, D] after rope, rotary pairs side by side */
  readonly queries: GPUBuffer;
  /** [T, H D] */
  readonly mixed: GPUBuffer;
  /** Pieces of attention over a long cache */
  readonly pieces: GPUBuffer;
  /** [T, 2F]: gate, then up */
  readonly wide: GPUBuffer;
  /** [T, F] */
  readonly mlp: GPUBuffer;
  /** [1, C] after the final norm */
  readonly finalHidden: GPUBuffer;
  /** [V] as the head gives them */
  readonly logits: GPUBuffer;
  /** [V] after penalties */
  readonly adjusted: GPUBuffer;
  /** The sampler's summaries of the vocabulary */
  readonly chunks: GPUBuffer;
  readonly history: GPUBuffer;
  readonly settings: GPUBuffer;
  readonly drawn: GPUBuffer;
  /** [layers, 64-float aligned H] factor on every head's output */
  readonly headScales: GPUBuffer;
}

/** What one block's dispatches are made from. */
export interface BlockRequest {
  readonly gpu: Gpu;
  readonly spec: ModelSpec;
  readonly weights: Pick<ModelWeights, "blocks">;
  readonly cache: KvCache;
  readonly scope: BufferScope;
  readonly choice: KernelChoice;
  readonly prefillRows: number;
}

export interface ForwardRequest extends BlockRequest {
  readonly weights: ModelWeights;
}

/** `lib/step.wgsl`, padded to 16 bytes. */
export const STEP_BYTES = 16;
/** Bindings start at multiples of 256 bytes. */
const SCALES_STRIDE_BYTES = 256;

/** Columns of q | k | v. */
export function qkvWidth({ attention: { numHeads, numKvHeads, headDim } }: BlockSpec): number {
  return (numHeads + 2 * numKvHeads) * headDim;
}

/** Bytes from one layer's head scales to the next. */
export function scalesStride(spec: ModelSpec): number {
  const heads = Math.max(...spec.blocks.map((block) => block.attention.numHeads));
  return Math.ceil((heads * 4) / SCALES_STRIDE_BYTES) * SCALES_STRIDE_BYTES;
}

/** @param T rows of one prefill step @param capacity tokens of the cache */
export function createForwardBuffers(scope: BufferScope, spec: ModelSpec, T: number, capacity: number): ForwardBuffers {
  const { blocks, hiddenSize, vocabSize } = spec;
  const widest = (width: (block: BlockSpec) => number): number => Math.max(...blocks.map(width));
  const rows = (label: string, width: number): GPUBuffer => scope.storage(label, T * paddedStride(width) * 4);
  const headScales = new Float32Array((scalesStride(spec) / 4) * blocks.length).fill(1);
  return {
    step: scope.uniform("step", STEP_BYTES),
    tokens: scope.storage("tokens", T * 4),
    hidden: rows("hidden", hiddenSize),
    normed: rows("normed", hiddenSize),
    qkv: rows("qkv", widest(qkvWidth)),
    queries: rows(
      "queries",
      widest((block) => block.attention.numHeads * block.attention.headDim),
    ),
    mixed: rows(
      "mixed",
      widest((block) => block.attention.numHeads * block.attention.headDim),
    ),
    pieces: scope.storage(
      "attention pieces",
      widest((block) => piecesBytes(block.attention, capacity)),
    ),
    wide: rows(
      "wide",
      widest((block) => 2 * block.mlp.intermediateSize),
    ),
    mlp: rows(
      "mlp",
      widest((block) => block.mlp.intermediateSize),
    ),
    finalHidden: scope.storage("final hidden", paddedStride(hiddenSize) * 4),
    logits: scope.storage("logits", paddedStride(vocabSize) * 4),
    adjusted: scope.storage("adjusted logits", paddedStride(vocabSize) * 4),
    chunks: scope.storage("vocabulary chunks", chunksBytes(vocabSize)),
    history: scope.storage("history", HISTORY_BYTES),
    settings: scope.uniform("settings", SETTINGS_BYTES),
    drawn: scope.storage("drawn", DRAWN_BYTES),
    headScales: scope.storageFrom("head scales", headScales),
  };
}
