/** Logits and greedy continuations: arch-golden-v1, prompt-golden-v1 and the sorting model. */
import { scoreLogits } from "../../src/runtime/session/inspect";
import { Session } from "../../src/runtime/session/session";
import { compareText, drawGreedily, type ExpectedText } from "./compareText";
import { openFixture } from "./models";
import { bounded, boundsFor, type CaseResult, type Context, LOGIT_BOUND, maxAbsDiff, readJson } from "./result";

interface TextCase extends ExpectedText {
  readonly id: string;
  readonly ids: readonly number[];
  readonly greedy_text?: string;
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
      const worst = await compareText(session, wanted.ids, wanted, bounds);
      // Where a step could go either way, so can the text.
      const isSure = wanted.greedy_margin.every((margin) => margin > bounds.margin);
      const text = opened.tokenizer?.decode([...worst.ids]);
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
      const ids = await drawGreedily(session, wanted.input, wanted.greedy.length);
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
