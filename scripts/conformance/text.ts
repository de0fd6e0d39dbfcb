/** Logits and greedy continuations: arch-golden-v1, prompt-golden-v1 and the sorting model. */
import { type LastRowTrace, latestLogits, scoreLogits, traceLastRow } from "../../src/runtime/session/inspect";
import { Session } from "../../src/runtime/session/session";
import { DEFAULT_SAMPLING } from "../../src/shared/sampling";
import { openFixture } from "./models";
import {
  type Bounds,
  bounded,
  boundsFor,
  type CaseResult,
  type Context,
  firstGreedyMismatch,
  LOGIT_BOUND,
  maxAbsDiff,
  readJson,
  relativeError,
} from "./result";

interface TopRow {
  readonly ids: readonly number[];
  readonly logits: readonly number[];
}

interface TextCase {
  readonly id: string;
  readonly ids: readonly number[];
  readonly text?: string;
  readonly logits_last: readonly number[];
  readonly top5?: readonly TopRow[];
  readonly top10?: readonly TopRow[];
  readonly greedy_ids: readonly number[];
  readonly greedy_text?: string;
  readonly greedy_margin: readonly number[];
  readonly logits_after_greedy15?: readonly number[];
  readonly layers_last_row?: Readonly<Record<string, readonly number[]>>;
}

interface TextGolden {
  readonly cases?: readonly TextCase[];
  readonly f32_compute?: readonly TextCase[];
}

export async function runTextGolden(context: Context): Promise<CaseResult[]> {
  const golden = readJson<TextGolden>(context.path);
  const opened = await openFixture(context);
  const capacity = context.entry.n_ctx ?? null;
  const session = await Session.create(opened.model, { capacity, precision: "f32" });
  const results: CaseResult[] = [];
  const bounds = boundsFor(context.variant);
  try {
    for (const wanted of golden.cases ?? golden.f32_compute ?? []) {
      const worst = await compareCase(session, wanted, bounds);
      // Where a step could go either way, so can the text.
      const isSure = wanted.greedy_margin.every((margin) => margin > bounds.margin);
      const text = opened.tokenizer?.decode(await greedy(session, wanted.ids, wanted.greedy_ids.length));
      const reason =
        wanted.greedy_text !== undefined && worst.reason === "" && isSure && text?.trim() !== wanted.greedy_text.trim()
          ? `text differs: ${JSON.stringify(text?.slice(0, 60))}`
          : worst.reason;
      results.push(bounded(wanted.id, worst.share * bounds.logits, bounds.logits, reason));
    }
  } finally {
    await session.close();
    opened.model.destroy();
  }
  return results;
}

/** Largest error as a share of its bound, over prefill and decode. */
async function compareCase(
  session: Session,
  wanted: TextCase,
  bounds: Bounds,
): Promise<{ share: number; reason: string }> {
  let share = 0;
  const top = wanted.top5 ?? wanted.top10 ?? [];
  let last: Float32Array = new Float32Array(0);
  await scoreLogits(session, wanted.ids, (position, logits) => {
    const row = top[position];
    const got = row?.ids.map((id) => logits[id] as number);
    if (row !== undefined && got !== undefined) share = Math.max(share, maxAbsDiff(got, row.logits) / bounds.logits);
    if (position === wanted.ids.length - 1) last = logits.slice();
  });
  share = Math.max(share, maxAbsDiff(last, wanted.logits_last) / bounds.logits);
  if (wanted.layers_last_row !== undefined) {
    const trace = await traceLastRow(session, wanted.ids);
    share = Math.max(share, maxAbsDiff(trace.logits, wanted.logits_last) / bounds.logits);
    for (const [name, row] of Object.entries(wanted.layers_last_row)) {
      const got = tapped(trace, name);
      share = Math.max(share, relativeError(got, row) / bounds.rows);
    }
  }
  // From an empty cache, so that prefill and then decode do the whole work.
  session.truncate(0);
  const ids = await greedy(session, wanted.ids, wanted.greedy_ids.length);
  const sameStart = ids.slice(0, 15).every((id, i) => id === wanted.greedy_ids[i]);
  if (wanted.logits_after_greedy15 !== undefined && sameStart) {
    share = Math.max(share, maxAbsDiff(await latestLogits(session), wanted.logits_after_greedy15) / bounds.logits);
  }
  const mismatch = firstGreedyMismatch(ids, wanted.greedy_ids, wanted.greedy_margin, bounds.margin);
  return {
    share,
    reason: mismatch < 0 ? "" : `greedy token ${mismatch} is ${ids[mismatch]}, not ${wanted.greedy_ids[mismatch]}`,
  };
}

/** What llama.cpp calls inpL, l_out-<layer> and result_norm. */
function tapped(trace: LastRowTrace, name: string): Float32Array {
  if (name === "inpL") return trace.embedding;
  if (name === "result_norm") return trace.finalNorm;
  return trace.layers[Number(name.slice("l_out-".length))] ?? new Float32Array(0);
}

async function greedy(session: Session, ids: readonly number[], count: number): Promise<readonly number[]> {
  const result = await session.generate({
    ids,
    sampling: { ...DEFAULT_SAMPLING, greedy: true },
    maxNewTokens: count,
    tokensInFlight: 4,
    onToken: () => false,
  });
  return result.ids;
}

interface SortGolden {
  readonly cases: readonly {
    readonly input: readonly number[];
    readonly greedy: readonly number[];
    readonly logits_after_input: readonly number[];
  }[];
}

/** The sorting model: 511 inputs of six digits, their continuation and the logits after the input. */
export async function runSortGolden(context: Context): Promise<CaseResult[]> {
  const { cases } = readJson<SortGolden>(context.path);
  const opened = await openFixture(context);
  const session = await Session.create(opened.model, { capacity: null, precision: "f32" });
  const results: CaseResult[] = [];
  try {
    for (const [index, wanted] of cases.entries()) {
      let last: Float32Array = new Float32Array(0);
      await scoreLogits(session, wanted.input, (_, logits) => {
        last = logits.slice();
      });
      session.truncate(0);
      const ids = await greedy(session, wanted.input, wanted.greedy.length);
      const same = ids.length === wanted.greedy.length && ids.every((id, i) => id === wanted.greedy[i]);
      const reason = same ? "" : `greedy ${ids.join(" ")}, not ${wanted.greedy.join(" ")}`;
      results.push(bounded(String(index), maxAbsDiff(last, wanted.logits_after_input), LOGIT_BOUND, reason));
    }
  } finally {
    await session.close();
    opened.model.destroy();
  }
  return results;
}
