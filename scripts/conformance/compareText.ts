/** A prompt's logits, layers and greedy continuation against what a golden says of them. */
import { type LastRowTrace, latestLogits, scoreLogits, traceLastRow } from "../../src/runtime/session/inspect";
import type { PromptItem } from "../../src/runtime/session/promptItems";
import type { Session } from "../../src/runtime/session/session";
import { DEFAULT_SAMPLING } from "../../src/shared/sampling";
import { type Bounds, firstGreedyMismatch, maxAbsDiff, relativeError } from "./result";

interface TopRow {
  readonly ids: readonly number[];
  readonly logits: readonly number[];
}

export interface ExpectedText {
  readonly logits_last: readonly number[];
  readonly greedy_ids: readonly number[];
  readonly greedy_margin: readonly number[];
  readonly logits_after_greedy15?: readonly number[];
  /** Best logits after each position. */
  readonly top5?: readonly TopRow[];
  readonly top10?: readonly TopRow[];
  /** Residual rows of the last position by llama.cpp's names. */
  readonly layers_last_row?: Readonly<Record<string, readonly number[]>>;
  readonly text_layers_last_row?: Readonly<Record<string, readonly number[]>>;
}

export interface TextComparison {
  /** Largest error as a share of its bound, over prefill and decode. */
  readonly share: number;
  readonly reason: string;
  /** What was drawn. */
  readonly ids: readonly number[];
}

/** @param items what the golden calls ids, with rows where its images stand */
export async function compareText(
  session: Session,
  items: readonly PromptItem[],
  wanted: ExpectedText,
  bounds: Bounds,
): Promise<TextComparison> {
  let share = 0;
  const top = wanted.top5 ?? wanted.top10 ?? [];
  let last: Float32Array = new Float32Array(0);
  await scoreLogits(session, items, (position, logits) => {
    const row = top[position];
    const got = row?.ids.map((id) => logits[id] as number);
    if (row !== undefined && got !== undefined) share = Math.max(share, maxAbsDiff(got, row.logits) / bounds.logits);
    if (position === items.length - 1) last = logits.slice();
  });
  share = Math.max(share, maxAbsDiff(last, wanted.logits_last) / bounds.logits);
  const layers = wanted.layers_last_row ?? wanted.text_layers_last_row;
  if (layers !== undefined) {
    const trace = await traceLastRow(session, items);
    share = Math.max(share, maxAbsDiff(trace.logits, wanted.logits_last) / bounds.logits);
    for (const [name, row] of Object.entries(layers)) {
      share = Math.max(share, relativeError(tapped(trace, name), row) / bounds.rows);
    }
  }
  // From an empty cache, so that prefill and then decode do the whole work.
  session.truncate(0);
  const ids = await drawGreedily(session, items, wanted.greedy_ids.length);
  const sameStart = ids.slice(0, 15).every((id, i) => id === wanted.greedy_ids[i]);
  if (wanted.logits_after_greedy15 !== undefined && sameStart) {
    share = Math.max(share, maxAbsDiff(await latestLogits(session), wanted.logits_after_greedy15) / bounds.logits);
  }
  const mismatch = firstGreedyMismatch(ids, wanted.greedy_ids, wanted.greedy_margin, bounds.margin);
  const reason = mismatch < 0 ? "" : `greedy token ${mismatch} is ${ids[mismatch]}, not ${wanted.greedy_ids[mismatch]}`;
  return { share, reason, ids };
}

/** What llama.cpp calls inpL, l_out-<layer> and result_norm. */
function tapped(trace: LastRowTrace, name: string): Float32Array {
  if (name === "inpL") return trace.embedding;
  if (name === "result_norm") return trace.finalNorm;
  return trace.layers[Number(name.slice("l_out-".length))] ?? new Float32Array(0);
}

export async function drawGreedily(
  session: Session,
  ids: readonly PromptItem[],
  count: number,
): Promise<readonly number[]> {
  const result = await session.generate({
    ids,
    sampling: { ...DEFAULT_SAMPLING, greedy: true },
    maxNewTokens: count,
    tokensInFlight: 4,
    onToken: () => false,
  });
  return result.ids;
}
