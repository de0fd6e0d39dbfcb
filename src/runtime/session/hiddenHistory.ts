/**
 * Rows after the final norm, kept by position, so that the logits of any cached position are one head product away.
 * A row of hidden values has kilobytes where a row of logits over 150,000 tokens has 600. Rows lie in pages that are
 * made when the text gets there: a cache of 100,000 tokens is seldom full.
 */
import { BufferScope } from "../gpu/bufferScope";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { readFloats } from "../gpu/readback";
import { matvec } from "../kernels/matvec";
import { normRows } from "../kernels/norm";
import { paddedStride } from "../kernels/weightMatrix";
import type { Forward } from "../model/forward";
import type { Model } from "../model/model";

/** Positions of one page. */
export const PAGE_ROWS = 256;

export class HiddenHistory {
  private readonly pages: GPUBuffer[] = [];
  /** 1: the row at this position was kept since the position was last forgotten. */
  private readonly kept: Uint8Array;
  private reading: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly model: Model,
    private readonly forward: Forward,
    private readonly scope: BufferScope,
    capacity: number,
    /** [1, C], [V]: of their own, so that looking does not disturb a generation under way */
    private readonly row: GPUBuffer,
    private readonly logits: GPUBuffer,
    private readonly head: readonly Dispatch[],
    /** Final norm of all rows of a prefill step. */
    readonly normRows: Dispatch,
  ) {
    this.kept = new Uint8Array(capacity);
  }

  /** @param capacity positions that can be kept */
  static async create(model: Model, forward: Forward, capacity: number): Promise<HiddenHistory> {
    const { gpu, spec, weights, choice } = model;
    const { step, hidden, normed } = forward.buffers;
    const scope = new BufferScope(gpu);
    try {
      const row = scope.storage("hidden row", forward.hiddenStrideBytes);
      const logits = scope.storage("logits of a row", paddedStride(spec.vocabSize) * 4);
      const head = await matvec(gpu, {
        label: "head of a row",
        ...weights.head,
        x: row,
        y: logits,
        epilogue: "store",
        activation: null,
        layout: choice.matvec,
      });
      const norm = await normRows(gpu, {
        label: "final norm of rows",
        vectors: weights.finalNorm,
        columns: spec.hiddenSize,
        step,
        x: hidden,
        y: normed,
        lastRowOnly: false,
        layout: choice.norm,
      });
      return new HiddenHistory(model, forward, scope, capacity, row, logits, head, norm);
    } catch (error) {
      scope.destroy();
      throw error;
    }
  }

  get gpuBytes(): number {
    return this.scope.sizeBytes;
  }

  /** Keeps what a decode step left for `position`; call between the step's pass and its submit. */
  keepOne(encoder: GPUCommandEncoder, position: number): void {
    this.keep(encoder, this.forward.buffers.finalHidden, 0, position, 1);
  }

  /** Keeps the normed rows of a prefill step that began at `position`. */
  keepRows(encoder: GPUCommandEncoder, position: number, count: number): void {
    for (let done = 0; done < count; ) {
      const start = position + done;
      const rows = Math.min(count - done, PAGE_ROWS - (start % PAGE_ROWS));
      this.keep(encoder, this.forward.buffers.normed, done, start, rows);
      done += rows;
    }
  }

  has(position: number): boolean {
    return this.kept[position] === 1;
  }

  /** Rows from `position` on belong to another text now. */
  forget(position: number): void {
    this.kept.fill(0, position);
  }

  /** All rows of another history of the same shape. */
  copyFrom(other: HiddenHistory): void {
    const encoder = this.model.gpu.device.createCommandEncoder({ label: "fork hidden history" });
    for (const [index, page] of other.pages.entries()) {
      encoder.copyBufferToBuffer(page, 0, this.page(index), 0, page.size);
    }
    this.model.gpu.device.queue.submit([encoder.finish()]);
    this.kept.set(other.kept);
  }

  /**
   * [V], the model's own logits after a position whose row is kept when its turn comes, else null.
   * @param isKnown asked right before the row is read @throws DeviceLostError
   */
  logitsAt(position: number, isKnown: () => boolean = () => true): Promise<Float32Array | null> {
    const read = async (): Promise<Float32Array | null> => {
      if (!this.has(position) || !isKnown()) return null;
      const { gpu, spec } = this.model;
      const bytes = this.forward.hiddenStrideBytes;
      const encoder = gpu.device.createCommandEncoder({ label: "logits of a position" });
      const page = this.page(Math.floor(position / PAGE_ROWS));
      encoder.copyBufferToBuffer(page, (position % PAGE_ROWS) * bytes, this.row, 0, bytes);
      const pass = encoder.beginComputePass();
      for (const dispatch of this.head) encodeDispatch(pass, dispatch, 1);
      pass.end();
      gpu.device.queue.submit([encoder.finish()]);
      return readFloats(gpu, this.logits, 0, spec.vocabSize);
    };
    const turn = this.reading.then(read);
    this.reading = turn.catch(() => {});
    return turn;
  }

  /** Waits for reads under way, then frees the GPU buffers. */
  async close(): Promise<void> {
    await this.reading;
    this.scope.destroy();
  }

  private keep(encoder: GPUCommandEncoder, from: GPUBuffer, row: number, position: number, count: number): void {
    const bytes = this.forward.hiddenStrideBytes;
    const page = this.page(Math.floor(position / PAGE_ROWS));
    encoder.copyBufferToBuffer(from, row * bytes, page, (position % PAGE_ROWS) * bytes, count * bytes);
    this.kept.fill(1, position, position + count);
  }

  private page(index: number): GPUBuffer {
    while (this.pages.length <= index) {
      const rows = Math.min(PAGE_ROWS, this.kept.length - this.pages.length * PAGE_ROWS);
      const label = `hidden rows, page ${this.pages.length}`;
      this.pages.push(this.scope.storage(label, rows * this.forward.hiddenStrideBytes));
    }
    return this.pages[index] as GPUBuffer;
  }
}
