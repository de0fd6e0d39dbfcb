/** How far a level's hidden state is from the reference's after each layer, on the same tokens. */
import { meanOf, type Statistic } from "../../shared/comparisonStatistics";
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import { readFloats } from "../gpu/readback";
import { paddedStride } from "../kernels/weightMatrix";
import type { Model } from "../model/model";
import { Session } from "../session/session";

/** Of all layers' rows of one model. */
const TAP_BYTES = 32 * 2 ** 20;
const MOST_ROWS = 64;

/**
 * |q - p| / |p| of the residual stream, mean over the last tokens: after the embedding, then after each layer.
 * @throws OutOfMemoryError, DeviceLostError
 */
export async function layerErrors(
  reference: Model,
  level: Model,
  ids: readonly number[],
  caches: readonly [reference: KvPrecision, level: KvPrecision],
): Promise<Statistic[]> {
  const { hiddenSize, blocks } = reference.spec;
  const stages = blocks.length + 1;
  const rowBytes = paddedStride(hiddenSize) * 4;
  const rows = Math.max(1, Math.min(MOST_ROWS, ids.length, Math.floor(TAP_BYTES / (stages * rowBytes))));
  const p = await hiddenRows(reference, ids, rows, caches[0]);
  const q = await hiddenRows(level, ids, rows, caches[1]);
  return Array.from({ length: stages }, (_, stage) =>
    meanOf(Array.from({ length: rows }, (_, row) => relativeError(p, q, (stage * rows + row) * p.stride, hiddenSize))),
  );
}

interface HiddenRows {
  /** [layers + 1, rows, stride] */
  readonly values: Float32Array;
  readonly stride: number;
}

async function hiddenRows(
  model: Model,
  ids: readonly number[],
  rows: number,
  precision: KvPrecision,
): Promise<HiddenRows> {
  const session = await Session.create(model, { capacity: ids.length, precision, prefillRows: rows });
  const scope = new BufferScope(model.gpu);
  try {
    const { buffers, hiddenStrideBytes } = session.forward;
    const stageBytes = rows * hiddenStrideBytes;
    const bytes = (model.spec.blocks.length + 1) * stageBytes;
    const taps = scope.storage("hidden rows", bytes);
    await session.runTapped(ids, (encoder, stage) => {
      encoder.copyBufferToBuffer(buffers.hidden, 0, taps, stage * stageBytes, stageBytes);
    });
    return { values: await readFloats(model.gpu, taps, 0, bytes / 4), stride: hiddenStrideBytes / 4 };
  } finally {
    scope.destroy();
    await session.close();
  }
}

function relativeError(p: HiddenRows, q: HiddenRows, at: number, length: number): number {
  let difference = 0;
  let size = 0;
  for (let i = at; i < at + length; i++) {
    const value = p.values[i] as number;
    difference += ((q.values[i] as number) - value) ** 2;
    size += value * value;
  }
  return size > 0 ? Math.sqrt(difference / size) : 0;
}
