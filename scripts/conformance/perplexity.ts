/** perplexity-v1: a text in pieces, each run from an empty cache, against the reference model of the same folder. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { scoreLogits } from "../../src/runtime/session/inspect";
import { Session } from "../../src/runtime/session/session";
import { openFixture } from "./models";
import { bounded, type CaseResult, type Context, failed, LOGIT_BOUND, maxAbsDiff, readJson } from "./result";

interface Numbers {
  readonly ppl: number;
  readonly mean_nll: number;
  readonly nll_first_chunk: readonly number[];
  readonly top1_agreement: number;
  readonly n_scored: number;
  readonly [key: string]: unknown;
}

interface PerplexityGolden {
  readonly chunk: number;
  readonly bos: number;
  readonly ids: readonly number[];
  readonly results: Readonly<Record<string, { readonly f32_compute: Numbers }>>;
}

/** A logit error of e moves a negative log-likelihood by at most 2 e; the mean of thousands by far less. */
const NLL_BOUND = 2 * LOGIT_BOUND;
const MEAN_NLL_BOUND = NLL_BOUND / 10;
const MEAN_KL_BOUND = 1e-5;

export async function runPerplexity(context: Context, onResult: (result: CaseResult) => void): Promise<void> {
  const golden = readJson<PerplexityGolden>(context.path);
  const folder = join(dirname(dirname(context.entry.golden)), "gguf");
  const files = readdirSync(context.modelPath(folder));
  let reference: Float32Array[] | null = null;
  for (const [quant, { f32_compute: wanted }] of Object.entries(golden.results)) {
    const file = files.find((name) => name.endsWith(`-${quant}.gguf`));
    const withModel = { ...context, entry: { ...context.entry, model: `${folder}/${file}` } };
    try {
      const rows = await logProbabilities(withModel, golden);
      reference ??= rows;
      onResult(compare(quant, wanted, rows, reference, golden.ids));
    } catch (error) {
      onResult(failed(quant, error instanceof Error ? error.message : String(error)));
    }
  }
}

/** Log-probabilities [V] before each scored id. */
async function logProbabilities(context: Context, golden: PerplexityGolden): Promise<Float32Array[]> {
  const opened = await openFixture(context);
  const session = await Session.create(opened.model, { capacity: golden.chunk, precision: "f32" });
  const rows: Float32Array[] = [];
  try {
    const piece = golden.chunk - 1;
    for (let start = 0; start < golden.ids.length; start += piece) {
      const scored = golden.ids.slice(start, start + piece);
      session.truncate(0);
      await scoreLogits(session, [golden.bos, ...scored], (position, logits) => {
        if (position < scored.length) rows.push(logSoftmax(logits));
      });
    }
    return rows;
  } finally {
    await session.close();
    opened.model.destroy();
  }
}

function logSoftmax(logits: Float32Array): Float32Array {
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
  const log = highest + Math.log(total);
  return logits.map((logit) => logit - log);
}

function compare(
  quant: string,
  wanted: Numbers,
  rows: readonly Float32Array[],
  reference: readonly Float32Array[],
  ids: readonly number[],
): CaseResult {
  const nll = rows.map((row, i) => -(row[ids[i] as number] as number));
  const mean = nll.reduce((sum, value) => sum + value, 0) / nll.length;
  let kl = 0;
  let agreed = 0;
  for (const [i, row] of rows.entries()) {
    const p = reference[i] as Float32Array;
    kl += p.reduce((sum, logP, v) => sum + Math.exp(logP) * (logP - (row[v] as number)), 0);
    if (argmax(p) === argmax(row)) agreed++;
  }
  const klKey = Object.keys(wanted).find((key) => key.startsWith("mean_kl"));
  const wantedKl = klKey === undefined ? 0 : (wanted[klKey] as number);
  const shares = {
    "nll of the first ids": maxAbsDiff(nll.slice(0, wanted.nll_first_chunk.length), wanted.nll_first_chunk) / NLL_BOUND,
    "mean nll": Math.abs(mean - wanted.mean_nll) / MEAN_NLL_BOUND,
    "mean KL": Math.abs(kl / rows.length - wantedKl) / MEAN_KL_BOUND,
    // A near tie may fall either way: two of thousands.
    agreement: Math.abs(agreed - wanted.top1_agreement * rows.length) / 2.5,
  };
  const [name, share] = Object.entries(shares).reduce((a, b) => (b[1] > a[1] ? b : a));
  const reason = share <= 1 && rows.length === wanted.n_scored ? "" : `${name} is ${share.toFixed(2)} of its bound`;
  return bounded(quant, Math.abs(mean - wanted.mean_nll), MEAN_NLL_BOUND, reason);
}

function argmax(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if ((row[i] as number) > (row[best] as number)) best = i;
  return best;
}
