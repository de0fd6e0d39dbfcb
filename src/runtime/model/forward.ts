/**
 * The forward pass of one session as prepared dispatches: which kernels, on which buffers, in which order. It
 * interprets the spec; bind groups and pipelines are made here once and reused for every token.
 *
 * Decode, per layer: qkv with rope and append, attention, o, gate and up, down. Over a long cache attention is two:
 * pieces of the cache, then their sum.
 */
import type { BlockSpec } from "../../shared/modelSpec";
import type { Dispatch } from "../gpu/dispatch";
import { embed } from "../kernels/embed";
import { matvec } from "../kernels/matvec";
import { normRows } from "../kernels/norm";
import { sample } from "../kernels/sample";
import { paddedStride } from "../kernels/weightMatrix";
import { BlockBuilder, type BlockDispatches } from "./blockBuilder";
import { createForwardBuffers, type ForwardBuffers, type ForwardRequest } from "./forwardBuffers";
import { rotationTable } from "./rotation";

/** Up to here one workgroup per head walks the cache faster than two dispatches do. */
const SPLIT_BEYOND = 256;

/** What a session submits, step by step. */
export interface ForwardLists {
  /** One token: everything from embedding to draw. */
  readonly decode: readonly Dispatch[];
  /** The same with attention split over the cache, once it holds more than `beyond` tokens; null: never. */
  readonly decodeLong: { readonly dispatches: readonly Dispatch[]; readonly beyond: number } | null;
  /** Rows of a prompt, behind their embedding: one list per block. */
  readonly prefillBlocks: readonly (readonly Dispatch[])[];
}

export interface Forward extends ForwardLists {
  readonly buffers: ForwardBuffers;
  readonly prefillRows: number;
  /** The embedding of a prompt's rows. */
  readonly prefillEmbed: readonly Dispatch[];
  /** Final norm of the last row, head, draw: after the last prefill step. */
  readonly finish: readonly Dispatch[];
  /** Bytes from one row of `hidden` to the next. */
  readonly hiddenStrideBytes: number;
  /** The same lists with one more dispatch in each block, as soon as the queries of its rows are ready. */
  readonly watched: (watch: readonly Dispatch[]) => ForwardLists;
}

interface Blocks {
  readonly decode: readonly BlockDispatches[];
  readonly decodeLong: readonly BlockDispatches[];
  readonly prefill: readonly BlockDispatches[];
}

export async function prepareForward(request: ForwardRequest): Promise<Forward> {
  return new ForwardBuilder(request).build();
}

class ForwardBuilder {
  private readonly buffers: ForwardBuffers;
  private readonly rotations = new Map<string, GPUBuffer>();

  constructor(private readonly request: ForwardRequest) {
    this.buffers = createForwardBuffers(request.scope, request.spec, request.prefillRows, request.cache.capacity);
  }

  async build(): Promise<Forward> {
    const { gpu, spec, weights, prefillRows, choice } = this.request;
    const { step, tokens, hidden } = this.buffers;
    const embedding = await embed(gpu, {
      table: weights.embedding,
      positions: weights.positions,
      step,
      tokens,
      hidden,
    });
    const finish = await this.finish();
    const splits = choice.attention === "workgroup" && this.request.cache.capacity > SPLIT_BEYOND;
    const decode: BlockDispatches[] = [];
    const decodeLong: BlockDispatches[] = [];
    const prefill: BlockDispatches[] = [];
    for (const index of spec.blocks.keys()) {
      const block = new BlockBuilder(this.request, this.buffers, index, this.rotation(spec.blocks[index] as BlockSpec));
      decode.push(await block.decode(false));
      if (splits) decodeLong.push(await block.decode(true));
      prefill.push(await block.prefill());
    }
    const lists = (watch: readonly Dispatch[]): ForwardLists =>
      joinLists({ decode, decodeLong, prefill }, embedding, finish, watch);
    return {
      ...lists([]),
      buffers: this.buffers,
      prefillRows,
      prefillEmbed: embedding,
      finish,
      hiddenStrideBytes: paddedStride(spec.hiddenSize) * 4,
      watched: lists,
    };
  }

  private async finish(): Promise<Dispatch[]> {
    const { gpu, spec, weights, choice } = this.request;
    const { step, hidden, finalHidden, logits, adjusted, chunks, history, settings, tokens, drawn } = this.buffers;
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
      chunks,
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

/** @param watch one dispatch per block, or none */
function joinLists(
  blocks: Blocks,
  embedding: readonly Dispatch[],
  finish: readonly Dispatch[],
  watch: readonly Dispatch[],
): ForwardLists {
  const block = ({ toQueries, rest }: BlockDispatches, index: number): readonly Dispatch[] => [
    ...toQueries,
    ...watch.slice(index, index + 1),
    ...rest,
  ];
  const whole = (list: readonly BlockDispatches[]): readonly Dispatch[] => [
    ...embedding,
    ...list.flatMap(block),
    ...finish,
  ];
  const splits = blocks.decodeLong.length > 0;
  return {
    decode: whole(blocks.decode),
    decodeLong: splits ? { dispatches: whole(blocks.decodeLong), beyond: SPLIT_BEYOND } : null,
    prefillBlocks: blocks.prefill.map(block),
  };
}
