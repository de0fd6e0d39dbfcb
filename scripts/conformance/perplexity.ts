/** perplexity-v1: a text in pieces, each run from an empty cache, against the reference model of the same folder. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { KeptLogits } from "../../src/runtime/comparison/keptLogits";
import { PairScorer } from "../../src/runtime/comparison/pairScorer";
import type { TextWindow } from "../../src/runtime/comparison/textWindows";
import type { Model } from "../../src/runtime/model/model";
import type { OpenedModel } from "../../src/runtime/openModel";
import type { TokenScores } from "../../src/shared/comparison";
import { joinScores } from "../../src/shared/growingScores";
import { comparisonStatistics } from "../../src/shared/runningStatistics";
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
/** Of a mean KL: 1 %, or this. */
const MEAN_KL_BOUND = 2e-6;

/** Each file beside the first one, by the comparison's own code. */
export async function runPerplexity(context: Context, onResult: (result: CaseResult) => void): Promise<void> {
  const golden = readJson<PerplexityGolden>(context.path);
  const folder = join(dirname(dirname(context.entry.golden)), "gguf");
  const files = readdirSync(context.modelPath(folder));
  const open = (quant: string): Promise<OpenedModel> => {
    const file = files.find((name) => name.endsWith(`-${quant}.gguf`));
    return openFixture({ ...context, entry: { ...context.entry, model: `${folder}/${file}` } });
  };
  const quants = Object.entries(golden.results);
  const kept = await referenceLogits(golden, await open(quants[0]?.[0] ?? ""));
  try {
    for (const [quant, { f32_compute: wanted }] of quants) {
      try {
        const level = await open(quant);
        try {
          onResult(compare(quant, wanted, await scores(golden, kept, level.model)));
        } finally {
          level.model.destroy();
        }
      } catch (error) {
        onResult(failed(quant, error instanceof Error ? error.message : String(error)));
      }
    }
  } finally {
    await kept.logits.close();
  }
}

interface Reference {
  readonly windows: readonly TextWindow[];
  readonly logits: KeptLogits;
}

/** Once for all files: a few megabytes. */
async function referenceLogits(golden: PerplexityGolden, { model }: OpenedModel): Promise<Reference> {
  try {
    const windows = windowsOf(golden);
    const logits = await KeptLogits.create(model, { window: golden.chunk, firstScored: 0 });
    for (const window of windows) await logits.begin(window);
    await logits.letGo();
    return { windows, logits };
  } finally {
    model.destroy();
  }
}

async function scores({ chunk }: PerplexityGolden, { windows, logits }: Reference, level: Model): Promise<TokenScores> {
  const scorer = await PairScorer.against(logits, level, chunk);
  try {
    const parts: TokenScores[] = [];
    for (const window of windows) parts.push(await scorer.score(window, 0));
    return joinScores(parts);
  } finally {
    await scorer.close();
  }
}

/** The fixtures put the beginning-of-text token before each chunk, where the comparison lets it take a token's place. */
function windowsOf({ ids, bos, chunk }: PerplexityGolden): TextWindow[] {
  const windows: TextWindow[] = [];
  for (let at = 0; at < ids.length; at += chunk - 1) {
    windows.push({ ids: [bos, ...ids.slice(at, at + chunk - 1)], start: at - 1 });
  }
  return windows;
}

function compare(quant: string, wanted: Numbers, got: TokenScores): CaseResult {
  const statistics = comparisonStatistics(got);
  if (statistics === null) return failed(quant, "nothing was scored");
  const { n, perplexity, meanKld, sameTop } = statistics;
  const meanNll = Math.log(perplexity.value);
  const klKey = Object.keys(wanted).find((key) => key.startsWith("mean_kl"));
  const wantedKl = klKey === undefined ? 0 : (wanted[klKey] as number);
  const first = wanted.nll_first_chunk;
  const shares = {
    "nll of the first ids": maxAbsDiff(got.nllLevel.slice(0, first.length), first) / NLL_BOUND,
    "mean nll": Math.abs(meanNll - wanted.mean_nll) / MEAN_NLL_BOUND,
    "mean KL": Math.abs(meanKld.value - wantedKl) / Math.max(MEAN_KL_BOUND, 0.01 * wantedKl),
    // A near tie may fall either way: two of thousands.
    agreement: (Math.abs(sameTop.value - wanted.top1_agreement) * n) / 2.5,
    "a negative KL": got.kld.some((value) => !(value >= 0)) ? 2 : 0,
  };
  const [name, share] = Object.entries(shares).reduce((a, b) => (b[1] > a[1] ? b : a));
  const reason = share <= 1 && n === wanted.n_scored ? "" : `${name} is ${share.toFixed(2)} of its bound`;
  return bounded(quant, Math.abs(meanNll - wanted.mean_nll), MEAN_NLL_BOUND, reason);
}
