/**
 * A model's logits of the scored rows of some windows, kept on the GPU after the model has run, so that others can be
 * compared with it when it is gone: O(scored rows x vocabulary).
 */
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import { paddedStride } from "../kernels/weightMatrix";
import type { Model } from "../model/model";
import { ModelRows, type WindowLogits } from "./modelRows";
import type { TextWindow, WindowPlan } from "./textWindows";

export class KeptLogits implements WindowLogits {
  /** Of each window, chunks of `rows` rows, from `firstScored` on. */
  private readonly chunks = new Map<TextWindow, GPUBuffer[]>();

  private constructor(
    private readonly scope: BufferScope,
    readonly vocabSize: number,
    readonly rows: number,
    readonly logits: GPUBuffer,
    private readonly firstScored: number,
  ) {}

  /** @throws OutOfMemoryError, NonFiniteLogitsError, DeviceLostError */
  static async of(
    model: Model,
    windows: readonly TextWindow[],
    { window: longest, firstScored }: WindowPlan,
    precision: KvPrecision = "f32",
  ): Promise<KeptLogits> {
    const source = await ModelRows.create(model, longest, precision);
    const scope = new BufferScope(model.gpu);
    try {
      const { vocabSize, rows } = source;
      const logits = scope.storage("kept logits shown", rows * paddedStride(vocabSize) * 4);
      const kept = new KeptLogits(scope, vocabSize, rows, logits, firstScored);
      for (const window of windows) await kept.record(source, window);
      return kept;
    } catch (error) {
      scope.destroy();
      throw error;
    } finally {
      await source.close();
    }
  }

  /** Bytes that one window's rows take. */
  static windowBytes({ ids }: TextWindow, { firstScored }: WindowPlan, vocabSize: number): number {
    return Math.max(0, ids.length - 1 - firstScored) * paddedStride(vocabSize) * 4;
  }

  get gpuBytes(): number {
    return this.scope.sizeBytes;
  }

  async begin(): Promise<void> {}

  async show(window: TextWindow, from: number, to: number): Promise<void> {
    const chunks = this.chunks.get(window) ?? [];
    const { device } = this.scope.gpu;
    const encoder = device.createCommandEncoder();
    for (let row = from; row < to; ) {
      const at = row - this.firstScored;
      const inChunk = at % this.rows;
      const count = Math.min(to - row, this.rows - inChunk);
      const chunk = chunks[(at - inChunk) / this.rows] as GPUBuffer;
      const { rowBytes } = this;
      encoder.copyBufferToBuffer(chunk, inChunk * rowBytes, this.logits, (row - from) * rowBytes, count * rowBytes);
      row += count;
    }
    device.queue.submit([encoder.finish()]);
  }

  async close(): Promise<void> {
    this.scope.destroy();
  }

  private get rowBytes(): number {
    return paddedStride(this.vocabSize) * 4;
  }

  private async record(source: ModelRows, window: TextWindow): Promise<void> {
    const { firstScored, rows, rowBytes } = this;
    const { device } = this.scope.gpu;
    const chunks: GPUBuffer[] = [];
    const end = window.ids.length - 1;
    await source.begin(window, firstScored);
    for (let from = firstScored; from < end; from += rows) {
      const to = Math.min(end, from + rows);
      await source.show(window, from, to);
      const bytes = (to - from) * rowBytes;
      const chunk = this.scope.storage("kept logits", bytes);
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(source.logits, 0, chunk, 0, bytes);
      device.queue.submit([encoder.finish()]);
      chunks.push(chunk);
    }
    this.chunks.set(window, chunks);
  }
}
