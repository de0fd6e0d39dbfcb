/** Writes what a step needs from the CPU (position, tokens, sampler settings, rows that are no tokens) and submits it. */
import { PENALTY_WINDOW, type SamplingSettings } from "../../shared/sampling";
import type { Gpu } from "../gpu/device";
import type { Dispatch } from "../gpu/dispatch";
import { HISTORY_BYTES, packSettings } from "../kernels/sample";
import type { Forward } from "../model/forward";
import { STEP_BYTES } from "../model/forwardBuffers";
import { lookupId, type PromptItem } from "./promptItems";
import type { EncodeCopies, StepQueue } from "./stepQueue";

/** Stands in the penalty window for a row that is no token. */
const NO_TOKEN = 0xffffffff;

export class StepWriter {
  constructor(
    private readonly gpu: Gpu,
    private readonly forward: Forward,
    private readonly queue: StepQueue,
  ) {}

  /** Embeds a chunk and runs `lists` over it. Rows that are no tokens are put in place between the two. */
  submitRows(
    position: number,
    chunk: readonly PromptItem[],
    lists: readonly (readonly Dispatch[])[],
    copies?: EncodeCopies,
  ): void {
    const { buffers, prefillEmbed, hiddenStrideBytes } = this.forward;
    this.writeStep(position, chunk);
    if (chunk.every((item) => typeof item === "number")) {
      this.queue.submit([prefillEmbed, ...lists], chunk.length, chunk.length, copies);
      return;
    }
    this.queue.submit([prefillEmbed], chunk.length);
    for (const [row, item] of chunk.entries()) {
      if (typeof item === "number") continue;
      this.gpu.device.queue.writeBuffer(buffers.hidden, row * hiddenStrideBytes, item.values);
    }
    if (lists.length > 0) this.queue.submit(lists, chunk.length, chunk.length, copies);
  }

  /** Position and rows of the next step, and its tokens. */
  writeStep(position: number, chunk: readonly PromptItem[]): void {
    const { queue } = this.gpu.device;
    const { step, tokens } = this.forward.buffers;
    const words = new Uint32Array(STEP_BYTES / 4);
    words[0] = position;
    words[1] = chunk.length;
    queue.writeBuffer(step, 0, words);
    queue.writeBuffer(tokens, 0, Uint32Array.from(chunk, lookupId));
  }

  writeSampler(ids: readonly PromptItem[], sampling: SamplingSettings): void {
    const { queue } = this.gpu.device;
    const { settings, history } = this.forward.buffers;
    queue.writeBuffer(settings, 0, packSettings(sampling));
    const words = new Uint32Array(HISTORY_BYTES / 4);
    words[0] = ids.length;
    for (let i = Math.max(0, ids.length - PENALTY_WINDOW); i < ids.length; i++) {
      const item = ids[i];
      words[1 + (i % PENALTY_WINDOW)] = typeof item === "number" ? item : NO_TOKEN;
    }
    queue.writeBuffer(history, 0, words);
  }
}
