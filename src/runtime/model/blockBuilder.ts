/** One block as prepared dispatches: decode's five, prefill's, whatever the spec asks for. */
import type { BlockSpec } from "../../shared/modelSpec";
import type { Dispatch } from "../gpu/dispatch";
import { type AttentionRequest, attention } from "../kernels/attention";
import { attentionSplit } from "../kernels/attentionSplit";
import { gate } from "../kernels/gate";
import { matmul } from "../kernels/matmul";
import { matvec } from "../kernels/matvec";
import { canFuseQkv, matvecQkv } from "../kernels/matvecQkv";
import { normRows } from "../kernels/norm";
import { ropeAppend } from "../kernels/ropeAppend";
import { paddedStride } from "../kernels/weightMatrix";
import { type BlockRequest, type ForwardBuffers, qkvWidth, scalesStride } from "./forwardBuffers";
import type { LayerCache } from "./kvCache";
import type { BlockWeights, Linear } from "./weights";

/** A block's dispatches in order, cut where the queries of its rows are ready and nothing has read them yet. */
export interface BlockDispatches {
  readonly toQueries: readonly Dispatch[];
  readonly rest: readonly Dispatch[];
}

export class BlockBuilder {
  private readonly spec: BlockSpec;
  private readonly weights: BlockWeights;
  private readonly label: string;

  constructor(
    private readonly request: BlockRequest,
    private readonly buffers: ForwardBuffers,
    private readonly index: number,
    private readonly rotation: GPUBuffer | null,
  ) {
    this.spec = request.spec.blocks[index] as BlockSpec;
    this.weights = request.weights.blocks[index] as BlockWeights;
    this.label = `layer ${index}`;
  }

  /** @param split attention over pieces of a long cache */
  async decode(split: boolean): Promise<BlockDispatches> {
    const { hidden, mixed, mlp } = this.buffers;
    return {
      toQueries: await this.decodeQkv(),
      rest: [
        ...(split ? await this.mixSplit() : [await this.mix()]),
        ...(await this.matvec("o", this.weights.o, mixed, hidden, "add")),
        ...(await this.decodeMlp()),
        ...(await this.matvec("down", this.weights.down, mlp, hidden, "add")),
      ],
    };
  }

  async prefill(): Promise<BlockDispatches> {
    const { hidden, normed, qkv, mixed, wide, mlp } = this.buffers;
    const { mlp: mlpSpec } = this.spec;
    const gated = mlpSpec.kind === "gated";
    const C = this.request.spec.hiddenSize;
    const up = await this.matmul("up", this.weights.up, normed, gated ? wide : mlp, "store", !gated);
    return {
      toQueries: [
        await this.norm("attention norm", this.weights.qkv),
        ...(await this.matmul("qkv", this.weights.qkv, normed, qkv, "store")),
        await this.append(),
      ],
      rest: [
        await this.mix(),
        ...(await this.matmul("o", this.weights.o, mixed, hidden, "add", false, paddedStride(C))),
        await this.norm("mlp norm", this.weights.up),
        ...up,
        ...(gated ? [await this.gate()] : []),
        ...(await this.matmul("down", this.weights.down, mlp, hidden, "add", false, paddedStride(C))),
      ],
    };
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
    if (!canFuseQkv(matrix, attentionSpec, choice.matvec)) {
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
    const { numHeads, headDim } = this.spec.attention;
    const outStride = paddedStride(numHeads * headDim);
    return attention(this.request.gpu, { ...this.mixing(), outStride, variant: this.request.choice.attention });
  }

  private mixSplit(): Promise<Dispatch[]> {
    return attentionSplit(this.request.gpu, { ...this.mixing(), pieces: this.buffers.pieces });
  }

  /** What every attention kernel reads and writes. */
  private mixing(): Omit<AttentionRequest, "outStride" | "variant"> {
    const { spec, cache } = this.request;
    const { step, queries, mixed, headScales } = this.buffers;
    const { keys, values } = this.layerCache;
    const size = this.spec.attention.numHeads * 4;
    return {
      label: this.label,
      attention: this.spec.attention,
      step,
      queries,
      keys,
      values,
      capacity: cache.capacity,
      precision: cache.precision,
      headScales: { buffer: headScales, offset: this.index * scalesStride(spec), size },
      mixed,
    };
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
