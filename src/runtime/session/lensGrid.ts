/**
 * The logit lens at many positions at once: rows of the residual stream are tapped after every layer while the text runs
 * through the prefill path, and go through the final norm and the head in buffers of their own.
 */
import { VitrineError } from "../../shared/errors";
import { type LensGridReport, MOST_LENS_POSITIONS } from "../../shared/inspection";
import { BufferScope } from "../gpu/bufferScope";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { readFloats } from "../gpu/readback";
import { FOLLOWED_BYTES, LENS_NUMBERS, lensRows } from "../kernels/lensRows";
import { paddedStride } from "../kernels/weightMatrix";
import { STEP_BYTES } from "../model/forwardBuffers";
import type { OpenedModel } from "../openModel";
import { tokenText } from "../text/tokenTexts";
import type { PromptItem } from "./promptItems";
import { logitRows, rowLogits } from "./rowLogits";
import type { Session } from "./session";

/** GPU bytes for tapped rows. */
const TAP_BYTES = 64 * 2 ** 20;

/**
 * What is cached stays. Null: the session is generating, or began to.
 * @param follow a token whose probability is wanted in every cell
 * @throws InvalidSettingError
 */
export async function lensGrid(
  opened: OpenedModel,
  session: Session,
  start: number,
  count: number,
  follow: number | null,
): Promise<LensGridReport | null> {
  if (session.isBusy) return null;
  const items = [...session.cachedItems];
  checkRange(items.length, start, count);
  const { spec } = session.model;
  if (follow !== null && !(Number.isInteger(follow) && follow >= 0 && follow < spec.vocabSize)) {
    refuse(`Token id ${follow} is outside the vocabulary of ${spec.vocabSize}.`);
  }
  const lens = await GridLens.create(session, follow ?? 0);
  try {
    // By stage [count, LENS_NUMBERS]
    const stages = [...spec.blocks, null].map(() => new Float32Array(count * LENS_NUMBERS));
    for (let done = 0; done < count; ) {
      const rows = Math.min(lens.rows, count - done);
      if (session.isBusy) return null;
      const cells = await lens.look(items, start + done, rows);
      for (const [stage, values] of cells.entries()) stages[stage]?.set(values, done * LENS_NUMBERS);
      done += rows;
    }
    return report(opened, stages, start, count, follow !== null);
  } finally {
    lens.destroy();
    await session.show(items);
  }
}

class GridLens {
  private constructor(
    private readonly session: Session,
    private readonly scope: BufferScope,
    /** Rows looked at in one go. */
    readonly rows: number,
    private readonly step: GPUBuffer,
    private readonly hidden: GPUBuffer,
    private readonly taps: GPUBuffer,
    private readonly cells: GPUBuffer,
    /** [rows, LENS_NUMBERS] of one stage */
    private readonly reduced: GPUBuffer,
    private readonly judge: readonly Dispatch[],
  ) {}

  static async create(session: Session, follow: number): Promise<GridLens> {
    const { gpu, spec } = session.model;
    const stride = session.forward.hiddenStrideBytes;
    const stages = spec.blocks.length + 1;
    const rows = Math.max(1, Math.min(logitRows(session), Math.floor(TAP_BYTES / (stages * stride))));
    const scope = new BufferScope(gpu);
    try {
      const step = scope.uniform("lens step", STEP_BYTES);
      const followed = scope.uniform("followed token", FOLLOWED_BYTES);
      gpu.device.queue.writeBuffer(followed, 0, Uint32Array.of(follow, 0, 0, 0));
      const taps = scope.storage("lens taps", stages * rows * stride);
      const [hidden, normed] = [scope.storage("lens rows", rows * stride), scope.storage("lens norms", rows * stride)];
      const logits = scope.storage("lens logits", rows * paddedStride(spec.vocabSize) * 4);
      const cells = scope.storage("lens cells", stages * rows * LENS_NUMBERS * 4);
      const toLogits = await rowLogits(session, logits, { step, hidden, normed });
      const reduced = scope.storage("lens cells of a layer", rows * LENS_NUMBERS * 4);
      const variant = gpu.isSoftware ? "serial" : "workgroup";
      const reduce = await lensRows(gpu, {
        vocabSize: spec.vocabSize,
        step,
        followed,
        logits,
        cells: reduced,
        variant,
      });
      return new GridLens(session, scope, rows, step, hidden, taps, cells, reduced, [...toLogits, reduce]);
    } catch (error) {
      scope.destroy();
      throw error;
    }
  }

  /** Per stage [rows, LENS_NUMBERS] */
  async look(items: readonly PromptItem[], start: number, rows: number): Promise<Float32Array[]> {
    const { session, taps, cells } = this;
    const { gpu, spec } = session.model;
    const stride = session.forward.hiddenStrideBytes;
    const stages = spec.blocks.length + 1;
    const { hidden } = session.forward.buffers;
    // The rows that are wanted become the last chunk.
    session.truncate(start);
    await session.runTapped(items.slice(0, start + rows), (encoder, stage, lastRow) => {
      const from = (lastRow + 1 - rows) * stride;
      encoder.copyBufferToBuffer(hidden, from, taps, stage * this.rows * stride, rows * stride);
    });
    gpu.device.queue.writeBuffer(this.step, 0, Uint32Array.of(start, rows, 0, 0));
    for (let stage = 0; stage < stages; stage++) this.submit(stage, rows);
    const all = await readFloats(gpu, cells, 0, stages * this.rows * LENS_NUMBERS);
    return Array.from({ length: stages }, (_, stage) => {
      const at = stage * this.rows * LENS_NUMBERS;
      return all.slice(at, at + rows * LENS_NUMBERS);
    });
  }

  destroy(): void {
    this.scope.destroy();
  }

  private submit(stage: number, rows: number): void {
    const { session, reduced, taps, hidden, cells } = this;
    const { device } = session.model.gpu;
    const stride = session.forward.hiddenStrideBytes;
    const encoder = device.createCommandEncoder({ label: "lens grid" });
    encoder.copyBufferToBuffer(taps, stage * this.rows * stride, hidden, 0, rows * stride);
    const pass = encoder.beginComputePass();
    for (const dispatch of this.judge) encodeDispatch(pass, dispatch, rows);
    pass.end();
    const bytes = rows * LENS_NUMBERS * 4;
    encoder.copyBufferToBuffer(reduced, 0, cells, stage * this.rows * LENS_NUMBERS * 4, bytes);
    device.queue.submit([encoder.finish()]);
  }
}

function report(
  { tokenizer }: OpenedModel,
  stages: readonly Float32Array[],
  start: number,
  count: number,
  hasFollowed: boolean,
): LensGridReport {
  const all = stages.flatMap((values) => [...new Uint32Array(values.buffer)]);
  const ids = all.filter((_, i) => i % LENS_NUMBERS === 0);
  const times = new Map<number, number>();
  for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
  const order = [...times.keys()].sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0) || a - b);
  const places = new Map(order.map((id, place) => [id, place]));
  const shares = (number: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: ids.length }, (_, i) => {
      const values = stages[Math.floor(i / count)] as Float32Array;
      return Math.exp(values[(i % count) * LENS_NUMBERS + number] as number);
    });
  return {
    start,
    count,
    tokens: order.map((id) => tokenText(tokenizer, id)),
    cells: Uint16Array.from(ids, (id) => places.get(id) ?? 0),
    probabilities: shares(1),
    followed: hasFollowed ? shares(2) : null,
  };
}

function checkRange(length: number, start: number, count: number): void {
  const isWhole = Number.isInteger(start) && Number.isInteger(count) && start >= 0;
  if (isWhole && count > 0 && count <= MOST_LENS_POSITIONS && start + count <= length) return;
  refuse(
    `Positions ${start} to ${start + count} are not among the ${length} cached tokens, ${MOST_LENS_POSITIONS} at most.`,
  );
}

function refuse(message: string): never {
  throw new VitrineError("InvalidSettingError", message);
}
