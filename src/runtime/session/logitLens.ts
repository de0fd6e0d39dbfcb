/**
 * The logit lens: what the residual stream would say after each layer, sent through the final norm and the head as if
 * it were the last (nostalgebraist 2020).
 */
import { VitrineError } from "../../shared/errors";
import type { LensReport } from "../../shared/inspection";
import { BufferScope } from "../gpu/bufferScope";
import { submitDispatches } from "../gpu/dispatch";
import { readFloats } from "../gpu/readback";
import { matvec } from "../kernels/matvec";
import { normRows } from "../kernels/norm";
import { paddedStride } from "../kernels/weightMatrix";
import { STEP_BYTES } from "../model/forwardBuffers";
import type { OpenedModel } from "../openModel";
import { LogitRow } from "../sampling/logitRow";
import { tokenText } from "../text/tokenTexts";
import { traceLastRow } from "./inspect";
import type { Session } from "./session";

const MOST_TOP = 50;

/**
 * At a cached position; what is cached stays. Null: the session is generating.
 * @throws InvalidSettingError outside the cached tokens
 */
export async function logitLens(
  opened: OpenedModel,
  session: Session,
  position: number,
  top: number,
): Promise<LensReport | null> {
  if (session.isBusy) return null;
  const items = [...session.cachedItems];
  if (!Number.isInteger(position) || position < 0 || position >= items.length) {
    throw new VitrineError("InvalidSettingError", `Position ${position} is not among ${items.length} cached tokens.`);
  }
  const { embedding, layers, logits } = await traceLastRow(session, items.slice(0, position + 1));
  await session.show(items);
  const rows = await headOf(session, [embedding, ...layers.slice(0, -1)]);
  return lensReport(opened, position, [...rows, logits], top);
}

/** @param rows logits [V] after the embedding and after each layer */
export function lensReport(
  { tokenizer }: OpenedModel,
  position: number,
  rows: readonly Float32Array[],
  top: number,
): LensReport {
  const stages = rows.map((row) => new LogitRow(row, []));
  const followed = [...new Set(stages.flatMap((stage) => stage.top(1)))];
  const count = Math.max(1, Math.min(MOST_TOP, top));
  return {
    position,
    followed: followed.map((id) => tokenText(tokenizer, id)),
    layers: stages.map((stage) => ({
      top: stage.top(count).map((id) => ({ token: tokenText(tokenizer, id), probability: stage.probability(id) })),
      entropyBits: stage.entropyBits(),
      followed: followed.map((id) => ({ probability: stage.probability(id), rank: stage.rankOf(id) })),
    })),
  };
}

/** Logits [V] of rows [C] of the residual stream. */
async function headOf(session: Session, rows: readonly Float32Array<ArrayBuffer>[]): Promise<Float32Array[]> {
  const { gpu, spec, weights, choice } = session.model;
  const scope = new BufferScope(gpu);
  try {
    const stride = paddedStride(spec.hiddenSize) * 4;
    const step = scope.uniform("lens step", STEP_BYTES);
    gpu.device.queue.writeBuffer(step, 0, Uint32Array.of(0, 1, 0, 0));
    const [x, y] = [scope.storage("lens row", stride), scope.storage("normed lens row", stride)];
    const logits = scope.storage("lens logits", paddedStride(spec.vocabSize) * 4);
    const norm = await normRows(gpu, {
      label: "lens norm",
      vectors: weights.finalNorm,
      columns: spec.hiddenSize,
      step,
      x,
      y,
      lastRowOnly: true,
      layout: choice.norm,
    });
    const head = await matvec(gpu, {
      label: "lens head",
      ...weights.head,
      x: y,
      y: logits,
      epilogue: "store",
      activation: null,
      layout: choice.matvec,
    });
    const all: Float32Array[] = [];
    for (const row of rows) {
      gpu.device.queue.writeBuffer(x, 0, row);
      submitDispatches(gpu, "lens", [norm, ...head], 1);
      all.push(await readFloats(gpu, logits, 0, spec.vocabSize));
    }
    return all;
  } finally {
    scope.destroy();
  }
}
