/**
 * Rows after the final norm, kept by position, so that the logits of any cached position are one head product away.
 * A row of hidden values has kilobytes where a row of logits over 150,000 tokens has 600.
 */
import { VitrineError } from "../../shared/errors";
import type { BufferScope } from "../gpu/bufferScope";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { readFloats } from "../gpu/readback";
import { matvec } from "../kernels/matvec";
import { normRows } from "../kernels/norm";
import { paddedStride } from "../kernels/weightMatrix";
import type { Forward } from "../model/forward";
import type { Model } from "../model/model";

export class HiddenHistory {
  private constructor(
    private readonly model: Model,
    private readonly forward: Forward,
    /** [capacity, C] */
    private readonly rows: GPUBuffer,
    /** [1, C], [V]: of their own, so that looking does not disturb a generation under way */
    private readonly row: GPUBuffer,
    private readonly logits: GPUBuffer,
    private readonly head: readonly Dispatch[],
    /** Final norm of all rows of a prefill step. */
    readonly normRows: Dispatch,
  ) {}

  /** @param capacity positions that are kept */
  static async create(model: Model, forward: Forward, scope: BufferScope, capacity: number): Promise<HiddenHistory> {
    const { gpu, spec, weights, choice } = model;
    const { step, hidden, normed } = forward.buffers;
    const rows = scope.storage("hidden history", capacity * forward.hiddenStrideBytes);
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
    return new HiddenHistory(model, forward, rows, row, logits, head, norm);
  }

  /** Keeps what a decode step left for `position`; call between the step's pass and its submit. */
  keepOne(encoder: GPUCommandEncoder, position: number): void {
    const bytes = this.forward.hiddenStrideBytes;
    encoder.copyBufferToBuffer(this.forward.buffers.finalHidden, 0, this.rows, position * bytes, bytes);
  }

  /** Keeps the normed rows of a prefill step that began at `position`. */
  keepRows(encoder: GPUCommandEncoder, position: number, count: number): void {
    const bytes = this.forward.hiddenStrideBytes;
    encoder.copyBufferToBuffer(this.forward.buffers.normed, 0, this.rows, position * bytes, count * bytes);
  }

  /** All rows of another history of the same shape. */
  copyFrom(other: HiddenHistory): void {
    const encoder = this.model.gpu.device.createCommandEncoder({ label: "fork hidden history" });
    encoder.copyBufferToBuffer(other.rows, 0, this.rows, 0, this.rows.size);
    this.model.gpu.device.queue.submit([encoder.finish()]);
  }

  /** [C] after the final norm, at a cached position. */
  rowAt(position: number): Promise<Float32Array> {
    const { gpu, spec } = this.model;
    return readFloats(gpu, this.rows, position * this.forward.hiddenStrideBytes, spec.hiddenSize);
  }

  /** [V], the model's own logits after a cached position. One caller at a time. @throws DeviceLostError */
  async logitsAt(position: number, length: number): Promise<Float32Array> {
    if (!Number.isInteger(position) || position < 0 || position >= length) {
      throw new VitrineError("InvalidSettingError", `Position ${position} is not among the ${length} cached tokens.`);
    }
    const { gpu, spec } = this.model;
    const bytes = this.forward.hiddenStrideBytes;
    const encoder = gpu.device.createCommandEncoder({ label: "logits of a position" });
    encoder.copyBufferToBuffer(this.rows, position * bytes, this.row, 0, bytes);
    const pass = encoder.beginComputePass();
    for (const dispatch of this.head) encodeDispatch(pass, dispatch, 1);
    pass.end();
    gpu.device.queue.submit([encoder.finish()]);
    return readFloats(gpu, this.logits, 0, spec.vocabSize);
  }
}
