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

/** Residual stream of a text's last tokens, off the GPU: [layers + 1, rows, stride]. */
export interface HiddenRows {
  readonly values: Float32Array;
  readonly stages: number;
  readonly rows: number;
  readonly stride: number;
  readonly hiddenSize: number;
}

/** After the embedding, then after each layer. @throws OutOfMemoryError, DeviceLostError */
export async function hiddenRows(model: Model, ids: readonly number[], precision: KvPrecision): Promise<HiddenRows> {
  const { hiddenSize, blocks } = model.spec;
  const stages = blocks.length + 1;
  const rowBytes = paddedStride(hiddenSize) * 4;
  const rows = Math.max(1, Math.min(MOST_ROWS, ids.length, Math.floor(TAP_BYTES / (stages * rowBytes))));
  const session = await Session.create(model, { capacity: ids.length, precision, prefillRows: rows });
  const scope = new BufferScope(model.gpu);
  try {
    const { buffers, hiddenStrideBytes } = session.forward;
    const stageBytes = rows * hiddenStrideBytes;
    const taps = scope.storage("hidden rows", stages * stageBytes);
    await session.runTapped(ids, (encoder, stage) => {
      encoder.copyBufferToBuffer(buffers.hidden, 0, taps, stage * stageBytes, stageBytes);
    });
    const values = await readFloats(model.gpu, taps, 0, (stages * stageBytes) / 4);
    return { values, stages, rows, stride: hiddenStrideBytes / 4, hiddenSize };
  } finally {
    scope.destroy();
    await session.close();
  }
}

/** |q - p| / |p| at each stage, mean over the tokens. */
export function layerErrors(p: HiddenRows, q: HiddenRows): Statistic[] {
  const { stages, rows, stride, hiddenSize } = p;
  return Array.from({ length: stages }, (_, stage) =>
    meanOf(Array.from({ length: rows }, (_, row) => relativeError(p, q, (stage * rows + row) * stride, hiddenSize))),
  );
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
