/**
 * A model's logits of the scored rows of windows, kept on the GPU: other models are compared with it without running it
 * again, also when it is gone. O(scored rows x vocabulary).
 */
import { VitrineError } from "../../shared/errors";
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import { paddedStride } from "../kernels/weightMatrix";
import type { Model } from "../model/model";
import { ModelRows, type WindowLogits } from "./modelRows";
import { scoredCount, type TextWindow, type WindowPlan } from "./textWindows";

export class KeptLogits implements WindowLogits {
  /** Of each window, chunks of `rows` rows, from `firstScored` on. */
  private readonly chunks = new Map<TextWindow, GPUBuffer[]>();

  private constructor(
    private readonly scope: BufferScope,
    private source: ModelRows | null,
    readonly vocabSize: number,
    readonly rows: number,
    readonly logits: GPUBuffer,
    private readonly firstScored: number,
  ) {}

  /** Windows are run and kept when they are first asked for, until `letGo`. @throws OutOfMemoryError */
  static async create(model: Model, plan: WindowPlan, precision: KvPrecision = "f32"): Promise<KeptLogits> {
    const source = await ModelRows.create(model, plan.window, precision);
    const scope = new BufferScope(model.gpu);
    try {
      const { vocabSize, rows } = source;
      const logits = scope.storage("kept logits shown", rows * paddedStride(vocabSize) * 4);
      return new KeptLogits(scope, source, vocabSize, rows, logits, plan.firstScored);
    } catch (error) {
      scope.destroy();
      await source.close();
      throw error;
    }
  }

  /** Bytes that the scored rows of windows take. */
  static bytesOf(windows: readonly TextWindow[], plan: WindowPlan, vocabSize: number): number {
    return scoredCount(windows, plan) * paddedStride(vocabSize) * 4;
  }

  /** What is kept stays; afterwards the model may go. */
  async letGo(): Promise<void> {
    await this.source?.close();
    this.source = null;
  }

  get gpuBytes(): number {
    return this.scope.sizeBytes + (this.source?.gpuBytes ?? 0);
  }

  /** @throws DeviceLostError, OutOfMemoryError, InvalidStateError for a window that was not kept */
  async begin(window: TextWindow): Promise<void> {
    if (this.chunks.has(window)) return;
    if (this.source === null) throw new VitrineError("InvalidStateError", "That window's logits were not kept.");
    this.chunks.set(window, await this.run(this.source, window));
  }

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
    await this.letGo();
    this.scope.destroy();
  }

  private get rowBytes(): number {
    return paddedStride(this.vocabSize) * 4;
  }

  private async run(source: ModelRows, window: TextWindow): Promise<GPUBuffer[]> {
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
    return chunks;
  }
}
