/** Submits steps to the GPU and reads back what was drawn, several steps in flight, without allocating per token. */

import type { BufferScope } from "../gpu/bufferScope";
import { GPU_MAP_READ, type Gpu } from "../gpu/device";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { DRAWN_BYTES, type Drawn, unpackDrawn } from "../kernels/sample";

/** Most steps that can be in flight. */
export const MAX_IN_FLIGHT = 8;
/** How much later than its rejected reads a lost device may say so. */
const LOSS_NOTICE_MS = 500;

/** Copies that belong to a step, encoded behind its compute pass. */
export type EncodeCopies = (encoder: GPUCommandEncoder) => void;

export class StepQueue {
  private readonly staging: GPUBuffer[];
  private readonly pending: Promise<Drawn>[] = [];
  private next = 0;

  constructor(
    private readonly gpu: Gpu,
    scope: BufferScope,
    private readonly drawn: GPUBuffer,
  ) {
    this.staging = Array.from({ length: MAX_IN_FLIGHT + 1 }, (_, i) => scope.staging(`drawn ${i}`, DRAWN_BYTES));
  }

  get inFlight(): number {
    return this.pending.length;
  }

  /**
   * One compute pass, one submit; nothing is read back.
   * @param length tokens in the cache afterwards @param copies encoded behind the pass
   */
  submit(lists: readonly (readonly Dispatch[])[], rows: number, length = rows, copies?: EncodeCopies): void {
    const encoder = this.gpu.device.createCommandEncoder();
    encodePass(encoder, lists, rows, length);
    copies?.(encoder);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** One compute pass, one submit, whose drawn token `take` will give. */
  submitDraw(lists: readonly (readonly Dispatch[])[], rows: number, length = rows, copies?: EncodeCopies): void {
    const staging = this.staging[this.next] as GPUBuffer;
    this.next = (this.next + 1) % this.staging.length;
    const encoder = this.gpu.device.createCommandEncoder();
    encodePass(encoder, lists, rows, length);
    copies?.(encoder);
    encoder.copyBufferToBuffer(this.drawn, 0, staging, 0, DRAWN_BYTES);
    this.gpu.device.queue.submit([encoder.finish()]);
    const reading = readDrawn(staging);
    // A lost device rejects reads that nobody waits for any more.
    reading.catch(() => {});
    this.pending.push(reading);
  }

  /** The oldest draw in flight. @throws DeviceLostError, GpuProgramError */
  take(): Promise<Drawn> {
    return this.explained(this.pending.shift() as Promise<Drawn>);
  }

  /** Waits until everything submitted is done. @throws DeviceLostError, GpuProgramError */
  async finish(): Promise<void> {
    await this.explained(this.gpu.device.queue.onSubmittedWorkDone());
    this.gpu.assertAlive();
  }

  /** What waits for the GPU is rejected before the device says that it is lost: the reason is waited for, briefly. */
  private async explained<T>(waiting: Promise<T>): Promise<T> {
    try {
      return await waiting;
    } catch (error) {
      await Promise.race([this.gpu.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_NOTICE_MS))]);
      this.gpu.assertAlive();
      throw error;
    }
  }

  /** Waits for what is in flight and forgets it. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.pending.splice(0));
  }
}

function encodePass(
  encoder: GPUCommandEncoder,
  lists: readonly (readonly Dispatch[])[],
  rows: number,
  length: number,
): void {
  const pass = encoder.beginComputePass();
  for (const list of lists) {
    for (const dispatch of list) encodeDispatch(pass, dispatch, rows, length);
  }
  pass.end();
}

/** Encodes each list in a compute pass of its own, with copies between them. */
export function encodeTapped(
  encoder: GPUCommandEncoder,
  lists: readonly (readonly Dispatch[])[],
  rows: number,
  afterList: (index: number) => void,
): void {
  for (const [index, list] of lists.entries()) {
    const pass = encoder.beginComputePass();
    for (const dispatch of list) encodeDispatch(pass, dispatch, rows);
    pass.end();
    afterList(index);
  }
}

async function readDrawn(staging: GPUBuffer): Promise<Drawn> {
  await staging.mapAsync(GPU_MAP_READ, 0, DRAWN_BYTES);
  const drawn = unpackDrawn(staging.getMappedRange(0, DRAWN_BYTES).slice(0));
  staging.unmap();
  return drawn;
}
