/** Runs an image through the tower and the projector: pixels in, rows for the language model out. */
import type { BlockSpec, VisionSpec } from "../../shared/modelSpec";
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { readFloats } from "../gpu/readback";
import { imagePatches } from "../kernels/imagePatches";
import { matmul } from "../kernels/matmul";
import { normRows } from "../kernels/norm";
import { paddedStride } from "../kernels/weightMatrix";
import { BlockBuilder } from "./blockBuilder";
import { createForwardBuffers, type ForwardBuffers } from "./forwardBuffers";
import { KvCache, type LayerCache } from "./kvCache";
import type { Model } from "./model";
import { imageRows, patchCount, towerRows, towerSpec, type VisionWeights } from "./visionWeights";

/** States of the tower by name, for tests and for people who look inside. */
export interface TowerStates {
  readonly embeddings: Float32Array;
  /** After the pre-norm, then after each block. */
  readonly hidden: readonly Float32Array[];
}

/** Red, green and blue by pixel, as the model sees them. */
interface SeenPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What meets in one block: [rows, H, D], keys and values [H, rows, D], and what the fused kernel made of it. */
export interface TowerAttention {
  readonly queries: Float32Array;
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** [rows, H, D] */
  readonly mixed: Float32Array;
}

export class VisionTower {
  private constructor(
    private readonly gpu: Gpu,
    readonly spec: VisionSpec,
    private readonly weights: VisionWeights,
    private readonly scope: BufferScope,
    private readonly buffers: ForwardBuffers,
    private readonly cache: KvCache,
    /** [S, S] u32, bytes red, green, blue, 0: what `encodePicture` reads */
    readonly picture: GPUBuffer,
    /** [3, 256] */
    private readonly levels: GPUBuffer,
    private readonly patches: GPUBuffer,
    private readonly projected: GPUBuffer,
    private readonly lists: {
      readonly cut: readonly Dispatch[];
      readonly embed: readonly Dispatch[];
      readonly preNorm: readonly Dispatch[];
      readonly blocks: readonly (readonly Dispatch[])[];
      readonly project: readonly Dispatch[];
    },
  ) {}

  /** Null for models that do not see. */
  static async create(model: Model): Promise<VisionTower | null> {
    const spec = model.spec.vision;
    const weights = model.weights.vision;
    if (spec === undefined || weights === null) return null;
    const { gpu, choice } = model;
    const scope = new BufferScope(gpu);
    try {
      const tower = towerSpec(spec);
      const rows = towerRows(spec);
      const cache = new KvCache(scope, tower, rows, "f32");
      const buffers = createForwardBuffers(scope, tower, rows, rows);
      gpu.device.queue.writeBuffer(buffers.step, 0, new Uint32Array([0, rows, 0, 0]));
      const patchStride = paddedStride(3 * spec.patchSize ** 2);
      const patches = scope.storage("patches", rows * patchStride * 4);
      const picture = scope.storage("picture", spec.imageSize ** 2 * 4);
      const levels = scope.storage("picture levels", 3 * 256 * 4);
      const textStride = paddedStride(spec.projectorSize);
      const middle = scope.storage("projector middle", rows * textStride * 4);
      const projected = scope.storage("projected rows", rows * textStride * 4);
      const { step, hidden, normed } = buffers;
      const shared = { step, variant: choice.matmul } as const;
      const request = { gpu, spec: tower, weights, cache, scope, choice, prefillRows: rows };
      const blocks: Dispatch[][] = [];
      for (const index of spec.blocks.keys()) {
        const { toQueries, rest } = await new BlockBuilder(request, buffers, index, null).prefill();
        blocks.push([...toQueries, ...rest]);
      }
      const [first, second] = weights.projector;
      const preNorm =
        weights.preNorm === null
          ? []
          : [
              await normRows(gpu, {
                label: "vision pre-norm",
                vectors: weights.preNorm,
                columns: spec.hiddenSize,
                step,
                x: hidden,
                y: normed,
                lastRowOnly: false,
                layout: choice.norm,
              }),
            ];
      const lists = {
        cut: [
          await imagePatches(gpu, {
            ...{ side: spec.imageSize, patch: spec.patchSize, picture, levels, patches },
            ...{ firstRow: rows - patchCount(spec), stride: patchStride },
          }),
        ],
        embed: await matmul(gpu, {
          ...shared,
          label: "vision patches",
          ...weights.patches,
          x: patches,
          y: hidden,
          yStride: paddedStride(spec.hiddenSize),
          epilogue: "add",
          activation: null,
        }),
        preNorm,
        blocks,
        project: [
          ...(await matmul(gpu, {
            ...shared,
            label: "projector 1",
            ...first,
            x: hidden,
            y: middle,
            yStride: textStride,
            epilogue: "store",
            activation: spec.projectorActivation,
          })),
          ...(await matmul(gpu, {
            ...shared,
            label: "projector 2",
            ...second,
            x: middle,
            y: projected,
            yStride: textStride,
            epilogue: "store",
            activation: null,
          })),
        ],
      };
      return new VisionTower(gpu, spec, weights, scope, buffers, cache, picture, levels, patches, projected, lists);
    } catch (error) {
      scope.destroy();
      throw error;
    }
  }

  /**
   * @param pixels [3, H, W], normalized: planes R, G, B
   * @returns rows [n, C] for the language model, in prompt order
   */
  encode(pixels: Float32Array): Promise<Float32Array<ArrayBuffer>[]> {
    this.start(pixels);
    return this.finish();
  }

  /**
   * What lies in `picture`.
   * @param levels [3, 256]: the normalized value of each byte of red, green and blue
   */
  encodePicture(levels: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>[]> {
    this.startPicture(levels);
    return this.finish();
  }

  private startPicture(levels: Float32Array<ArrayBuffer>): void {
    const { queue } = this.gpu.device;
    queue.writeBuffer(this.levels, 0, levels);
    queue.writeBuffer(this.buffers.hidden, 0, this.weights.base);
    this.run([this.lists.cut]);
  }

  private async finish(): Promise<Float32Array<ArrayBuffer>[]> {
    this.run([this.lists.embed]);
    this.finishPreNorm();
    this.run([...this.lists.blocks, this.lists.project]);
    const rows = towerRows(this.spec);
    const stride = paddedStride(this.spec.projectorSize);
    const values = await readFloats(this.gpu, this.projected, 0, rows * stride);
    const first = rows - imageRows(this.spec);
    return Array.from({ length: rows - first }, (_, r) =>
      values.slice((first + r) * stride, (first + r) * stride + this.spec.projectorSize),
    );
  }

  /** The same image with every state read back. */
  async trace(pixels: Float32Array): Promise<TowerStates> {
    this.start(pixels);
    this.run([this.lists.embed]);
    const embeddings = await this.states();
    this.finishPreNorm();
    const hidden = [await this.states()];
    for (const block of this.lists.blocks) {
      this.run([block]);
      hidden.push(await this.states());
    }
    return { embeddings, hidden };
  }

  /** Runs the image up to a block, and copies what its attention read and gave before anything else can run. */
  async attentionOf(seen: SeenPixels, levels: Float32Array<ArrayBuffer>, layer: number): Promise<TowerAttention> {
    const { gpu, buffers } = this;
    const { numHeads, numKvHeads, headDim } = (this.spec.blocks[layer] as BlockSpec).attention;
    const rows = towerRows(this.spec);
    const bytes = new Uint8Array(seen.width * seen.height * 4);
    for (let i = 0; i < seen.width * seen.height; i++) bytes.set(seen.data.subarray(i * 3, i * 3 + 3), i * 4);
    gpu.device.queue.writeBuffer(this.picture, 0, bytes);
    this.startPicture(levels);
    this.run([this.lists.embed]);
    this.finishPreNorm();
    this.run(this.lists.blocks.slice(0, layer + 1));
    const { keys, values } = this.cache.layers[layer] as LayerCache;
    const stride = paddedStride(numHeads * headDim);
    const [read, keyRows, valueRows, mixed] = await Promise.all([
      readFloats(gpu, buffers.queries, 0, rows * numHeads * headDim),
      readFloats(gpu, keys.buffer, keys.offset, numKvHeads * rows * headDim),
      readFloats(gpu, values.buffer, values.offset, numKvHeads * rows * headDim),
      readFloats(gpu, buffers.mixed, 0, rows * stride),
    ]);
    return {
      queries: read,
      keys: keyRows,
      values: valueRows,
      mixed: unpadded(mixed, rows, stride, numHeads * headDim),
    };
  }

  destroy(): void {
    this.scope.destroy();
  }

  /** Patches as rows (channel, y, x), behind a row of zeros where the class row goes. */
  private start(pixels: Float32Array): void {
    const { imageSize, patchSize, classRow } = this.spec;
    const side = Math.floor(imageSize / patchSize);
    const stride = paddedStride(3 * patchSize ** 2);
    const rows = new Float32Array(towerRows(this.spec) * stride);
    for (let patch = 0; patch < patchCount(this.spec); patch++) {
      let at = (patch + (classRow ? 1 : 0)) * stride;
      const top = Math.floor(patch / side) * patchSize;
      const left = (patch % side) * patchSize;
      for (let channel = 0; channel < 3; channel++) {
        for (let y = 0; y < patchSize; y++) {
          const from = (channel * imageSize + top + y) * imageSize + left;
          rows.set(pixels.subarray(from, from + patchSize), at);
          at += patchSize;
        }
      }
    }
    const { queue } = this.gpu.device;
    queue.writeBuffer(this.patches, 0, rows);
    queue.writeBuffer(this.buffers.hidden, 0, this.weights.base);
  }

  private finishPreNorm(): void {
    if (this.lists.preNorm.length === 0) return;
    const { normed, hidden } = this.buffers;
    this.run([this.lists.preNorm], (encoder) => encoder.copyBufferToBuffer(normed, 0, hidden, 0, hidden.size));
  }

  private run(lists: readonly (readonly Dispatch[])[], after?: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.gpu.device.createCommandEncoder({ label: "vision" });
    const pass = encoder.beginComputePass();
    for (const list of lists) for (const dispatch of list) encodeDispatch(pass, dispatch, towerRows(this.spec));
    pass.end();
    after?.(encoder);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** [rows, hidden] without padding */
  private async states(): Promise<Float32Array> {
    const C = this.spec.hiddenSize;
    const rows = towerRows(this.spec);
    const stride = paddedStride(C);
    return unpadded(await readFloats(this.gpu, this.buffers.hidden, 0, rows * stride), rows, stride, C);
  }
}

function unpadded(values: Float32Array, rows: number, stride: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) out.set(values.subarray(r * stride, r * stride + columns), r * columns);
  return out;
}
