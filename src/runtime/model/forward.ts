/**
 * The forward pass of one session as prepared dispatches: which kernels, on which buffers, in which order. It
 * interprets the spec; bind groups and pipelines are made here once and reused for every token.
 *
 * Decode, per layer: qkv with rope and append, attention, o, gate and up, down. Models that norm q and k per head take
 * one more: qkv, then norm with rope and append.
 */
import type { BlockSpec, ModelSpec } from "../../shared/modelSpec";
import type { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import type { Dispatch } from "../gpu/dispatch";
import { attention } from "../kernels/attention";
import { embed } from "../kernels/embed";
import { gate } from "../kernels/gate";
import { matmul } from "../kernels/matmul";
import { matvec } from "../kernels/matvec";
import { canFuseQkv, matvecQkv } from "../kernels/matvecQkv";
import { normRows } from "../kernels/norm";
import { ropeAppend } from "../kernels/ropeAppend";
import { DRAWN_BYTES, HISTORY_BYTES, SETTINGS_BYTES, sample } from "../kernels/sample";
import { paddedStride } from "../kernels/weightMatrix";
import type { KernelChoice } from "./kernelChoice";
import type { KvCache, LayerCache } from "./kvCache";
import { rotationTable } from "./rotation";
import type { BlockWeights, Linear, ModelWeights } from "./weights";

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
  readonly history: GPUBuffer;
  readonly settings: GPUBuffer;
  readonly drawn: GPUBuffer;
  /** [layers, 64-float aligned H] factor on every head's output */
  readonly headScales: GPUBuffer;
}

export const STEP_BYTES = 16;
/** Bindings start at multiples of 256 bytes. */
const SCALES_STRIDE_BYTES = 256;

export interface Forward {
  readonly buffers: ForwardBuffers;
  readonly prefillRows: number;
  /** One token: everything from embedding to draw. */
  readonly decode: readonly Dispatch[];
  /** Rows of a prompt, first the embedding, then one list per block. */
  readonly prefillEmbed: readonly Dispatch[];
  readonly prefillBlocks: readonly (readonly Dispatch[])[];
  /** Final norm of the last row, head, draw: after the last prefill step. */
  readonly finish: readonly Dispatch[];
  /** Bytes from one row of `hidden` to the next. */
  readonly hiddenStrideBytes: number;
}

export interface ForwardRequest {
  readonly gpu: Gpu;
  readonly spec: ModelSpec;
  readonly weights: ModelWeights;
  readonly cache: KvCache;
  readonly scope: BufferScope;
  readonly choice: KernelChoice;
  readonly prefillRows: number;
}

export async function prepareForward(request: ForwardRequest): Promise<Forward> {
  return new ForwardBuilder(request).build();
}

class ForwardBuilder {
  private readonly buffers: ForwardBuffers;
  private readonly rotations = new Map<string, GPUBuffer>();

  constructor(private readonly request: ForwardRequest) {
    this.buffers = createBuffers(request);
  }

  async build(): Promise<Forward> {
    const { gpu, spec, weights, prefillRows } = this.request;
    const { step, tokens, hidden } = this.buffers;
    const embedding = await embed(gpu, {
      table: weights.embedding,
      positions: weights.positions,
      step,
      tokens,
      hidden,
    });
    const finish = await this.finish();
    const decodeBlocks: Dispatch[] = [];
    const prefillBlocks: Dispatch[][] = [];
    for (const index of spec.blocks.keys()) {
      const block = new BlockBuilder(this.request, this.buffers, index, this.rotation(spec.blocks[index] as BlockSpec));
      decodeBlocks.push(...(await block.decode()));
      prefillBlocks.push(await block.prefill());
    }
    return {
      buffers: this.buffers,
      prefillRows,
      decode: [...embedding, ...decodeBlocks, ...finish],
      prefillEmbed: embedding,
      prefillBlocks,
      finish,
      hiddenStrideBytes: paddedStride(spec.hiddenSize) * 4,
    };
  }

  private async finish(): Promise<Dispatch[]> {
    const { gpu, spec, weights, choice } = this.request;
    const { step, hidden, finalHidden, logits, adjusted, history, settings, tokens, drawn } = this.buffers;
    const norm = await normRows(gpu, {
      label: "final norm",
      vectors: weights.finalNorm,
      columns: spec.hiddenSize,
      step,
      x: hidden,
      y: finalHidden,
      lastRowOnly: true,
      layout: choice.norm,
    });
    const head = await matvec(gpu, {
      label: "head",
      ...weights.head,
      x: finalHidden,
      y: logits,
      epilogue: "store",
      activation: null,
      layout: choice.matvec,
    });
    const draw = await sample(gpu, {
      vocabSize: spec.vocabSize,
      settings,
      logits,
      adjusted,
      history,
      step,
      tokens,
      drawn,
      variant: choice.sample,
    });
    return [norm, ...head, ...draw];
  }

  /** The cos and sin table of a block; blocks that rotate alike share one. */
  private rotation({ position }: BlockSpec): GPUBuffer | null {
    if (position.kind !== "rope") return null;
    const key = JSON.stringify(position);
    let table = this.rotations.get(key);
    if (table === undefined) {
      const { scaling } = position;
      const divisors = scaling.kind === "divisors" ? (this.request.weights.divisors.get(scaling.tensor) ?? null) : null;
      table = this.request.scope.storageFrom(
        "rotation",
        rotationTable(position, this.request.cache.capacity, divisors),
      );
      this.rotations.set(key, table);
    }
    return table;
  }
}

class BlockBuilder {
  private readonly spec: BlockSpec;
  private readonly weights: BlockWeights;
  private readonly label: string;

  constructor(
    private readonly request: ForwardRequest,
    private readonly buffers: ForwardBuffers,
    private readonly index: number,
    private readonly rotation: GPUBuffer | null,
  ) {
    this.spec = request.spec.blocks[index] as BlockSpec;
    this.weights = request.weights.blocks[index] as BlockWeights;
    this.label = `layer ${index}`;
  }

  async decode(): Promise<Dispatch[]> {
    const { hidden, mixed, mlp } = this.buffers;
    return [
      ...(await this.decodeQkv()),
      await this.mix(),
      ...(await this.matvec("o", this.weights.o, mixed, hidden, "add")),
      ...(await this.decodeMlp()),
      ...(await this.matvec("down", this.weights.down, mlp, hidden, "add")),
    ];
  }

  async prefill(): Promise<Dispatch[]> {
    const { hidden, normed, qkv, mixed, wide, mlp } = this.buffers;
    const { mlp: mlpSpec } = this.spec;
    const gated = mlpSpec.kind === "gated";
    const C = this.request.spec.hiddenSize;
    const up = await this.matmul("up", this.weights.up, normed, gated ? wide : mlp, "store", !gated);
    return [
      await this.norm("attention norm", this.weights.qkv),
      ...(await this.matmul("qkv", this.weights.qkv, normed, qkv, "store")),
      await this.append(),
      await this.mix(),
      ...(await this.matmul("o", this.weights.o, mixed, hidden, "add", false, paddedStride(C))),
      await this.norm("mlp norm", this.weights.up),
      ...up,
      ...(gated ? [await this.gate()] : []),
      ...(await this.matmul("down", this.weights.down, mlp, hidden, "add", false, paddedStride(C))),
    ];
  }

  private async decodeMlp(): Promise<Dispatch[]> {
    const { hidden, wide, mlp } = this.buffers;
    const { up } = this.weights;
    if (this.spec.mlp.kind === "plain") return this.matvec("up", up, hidden, mlp, "store", true);
    if (up.matrix.parts.length === 1) return this.matvec("gate up", up, hidden, mlp, "gated", true);
    // Gate and up lie in several parts: no workgroup sees both, so they meet in a dispatch of their own.
    return [...(await this.matvec("gate up", up, hidden, wide, "store")), await this.gate()];
  }

  private async decodeQkv(): Promise<Dispatch[]> {
    const { gpu, cache, choice } = this.request;
    const { step, hidden, qkv, queries } = this.buffers;
    const { attention: attentionSpec } = this.spec;
    const { matrix, vectors } = this.weights.qkv;
    if (!canFuseQkv(matrix, attentionSpec)) {
      return [...(await this.matvec("qkv", this.weights.qkv, hidden, qkv, "store")), await this.append()];
    }
    const { buffer, valuesOffset } = this.layerCache;
    return matvecQkv(gpu, {
      label: `${this.label} qkv`,
      matrix,
      vectors,
      attention: attentionSpec,
      ...this.rotary(),
      step,
      x: hidden,
      queries,
      cache: buffer,
      valuesOffset,
      capacity: cache.capacity,
      precision: cache.precision,
      layout: choice.matvec,
    });
  }

  private get layerCache(): LayerCache {
    return this.request.cache.layers[this.index] as LayerCache;
  }

  private rotary(): { rotation: GPUBuffer | null; rotaryDim: number; interleaved: boolean } {
    const { position } = this.spec;
    return {
      rotation: this.rotation,
      rotaryDim: position.kind === "rope" ? position.rotaryDim : 0,
      interleaved: position.kind === "rope" && position.layout === "interleaved",
    };
  }

  private append(): Promise<Dispatch> {
    const { gpu, cache } = this.request;
    const { step, qkv, queries } = this.buffers;
    const { keys, values } = this.layerCache;
    return ropeAppend(gpu, {
      label: this.label,
      attention: this.spec.attention,
      ...this.rotary(),
      headNorms: this.weights.headNorms,
      step,
      qkv,
      qkvStride: paddedStride(qkvWidth(this.spec)),
      queries,
      keys,
      values,
      capacity: cache.capacity,
      precision: cache.precision,
    });
  }

  private mix(): Promise<Dispatch> {
    const { gpu, spec, cache, choice } = this.request;
    const { step, queries, mixed, headScales } = this.buffers;
    const { attention: attentionSpec } = this.spec;
    const { keys, values } = this.layerCache;
    return attention(gpu, {
      label: this.label,
      attention: attentionSpec,
      step,
      queries,
      keys,
      values,
      capacity: cache.capacity,
      precision: cache.precision,
      headScales: { buffer: headScales, offset: this.index * scalesStride(spec), size: attentionSpec.numHeads * 4 },
      mixed,
      outStride: paddedStride(attentionSpec.numHeads * attentionSpec.headDim),
      variant: choice.attention,
    });
  }

  private matvec(
    name: string,
    linear: Linear,
    x: GPUBuffer,
    y: GPUBuffer,
    epilogue: "store" | "add" | "gated",
    activated = false,
  ): Promise<Dispatch[]> {
    const { gpu, choice } = this.request;
    const activation = activated ? this.spec.mlp.activation : null;
    return matvec(gpu, {
      label: `${this.label} ${name}`,
      ...linear,
      x,
      y,
      epilogue,
      activation,
      layout: choice.matvec,
    });
  }

  private matmul(
    name: string,
    linear: Linear,
    x: GPUBuffer,
    y: GPUBuffer,
    epilogue: "store" | "add",
    activated = false,
    yStride = paddedStride(linear.matrix.rows),
  ): Promise<Dispatch[]> {
    const { gpu, choice } = this.request;
    return matmul(gpu, {
      label: `${this.label} ${name}`,
      ...linear,
      step: this.buffers.step,
      x,
      y,
      yStride,
      epilogue,
      activation: activated ? this.spec.mlp.activation : null,
      variant: choice.matmul,
    });
  }

  private norm(name: string, linear: Linear): Promise<Dispatch> {
    const { gpu, spec, choice } = this.request;
    return normRows(gpu, {
      label: `${this.label} ${name}`,
      vectors: linear.vectors,
      columns: spec.hiddenSize,
      step: this.buffers.step,
      x: this.buffers.hidden,
      y: this.buffers.normed,
      lastRowOnly: false,
      layout: choice.norm,
    });
  }

  private gate(): Promise<Dispatch> {
    const { activation, intermediateSize: width } = this.spec.mlp;
    return gate(this.request.gpu, {
      label: `${this.label} gate`,
      activation,
      width,
      step: this.buffers.step,
      x: this.buffers.wide,
      xStride: paddedStride(2 * width),
      upOffset: width,
      y: this.buffers.mlp,
      yStride: paddedStride(width),
    });
  }
}

function qkvWidth({ attention: { numHeads, numKvHeads, headDim } }: BlockSpec): number {
  return (numHeads + 2 * numKvHeads) * headDim;
}

function scalesStride(spec: ModelSpec): number {
  const heads = Math.max(...spec.blocks.map((block) => block.attention.numHeads));
  return Math.ceil((heads * 4) / SCALES_STRIDE_BYTES) * SCALES_STRIDE_BYTES;
}

function createBuffers({ spec, scope, prefillRows: T }: ForwardRequest): ForwardBuffers {
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
    history: scope.storage("history", HISTORY_BYTES),
    settings: scope.uniform("settings", SETTINGS_BYTES),
    drawn: scope.storage("drawn", DRAWN_BYTES),
    headScales: scope.storageFrom("head scales", headScales),
  };
}
