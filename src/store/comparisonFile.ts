/** A comparison as JSON, every statistic under its name in PRODUCT's table and in llama-perplexity's output. */
import type { ComparisonStatistics, Statistic } from "../shared/comparisonStatistics";
import type { ComparedChoice } from "../shared/recipes";
import type { ComparisonRun } from "./compareSlice";

const NAMES = [
  ["PPL", "Mean PPL(Q)", (s) => s.perplexity],
  ["PPL of the reference", "Mean PPL(base)", (s) => s.referencePerplexity],
  ["ln(PPL_Q / PPL_P)", "Mean ln(PPL(Q)/PPL(base))", (s) => s.lnPerplexityRatio],
  ["mean KLD", "Mean    KLD", (s) => s.meanKld],
  ["median KLD", "Median  KLD", (s) => s.medianKld],
  ["90 % KLD", "90.0%   KLD", (s) => s.kld90],
  ["95 % KLD", "95.0%   KLD", (s) => s.kld95],
  ["99 % KLD", "99.0%   KLD", (s) => s.kld99],
  ["99.9 % KLD", "99.9%   KLD", (s) => s.kld999],
  ["max KLD", "Maximum KLD", (s) => s.maxKld],
  ["mean delta p", "Mean    Δp", (s) => s.meanDeltaP],
  ["RMS delta p", "RMS Δp", (s) => s.rmsDeltaP],
  ["same top p", "Same top p", (s) => s.sameTop],
] as const satisfies readonly (readonly [string, string, (s: ComparisonStatistics) => Statistic])[];

/** FNV-1a of the token ids: the same text through the same vocabulary. */
export function hashIds(ids: Iterable<number>): string {
  let hash = 0x811c9dc5;
  for (const id of ids) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((id >>> shift) & 255), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}

function statisticsObject(statistics: ComparisonStatistics): object {
  const named = NAMES.map(([key, name, pick]) => [key, { ...pick(statistics), llamaPerplexity: name }]);
  const buckets = statistics.buckets.map(({ from, to, kld }) => ({ from, to, ...kld }));
  return { ...Object.fromEntries(named), "confidence buckets": buckets };
}

/** The statistics of a comparison under PRODUCT's names, in its order. */
export function namedStatistics(statistics: ComparisonStatistics): Readonly<Record<string, Statistic>> {
  return Object.fromEntries(NAMES.map(([key, , pick]) => [key, pick(statistics)]));
}

/** Under PRODUCT's names, what llama-perplexity prints them as. */
export const LLAMA_NAMES: ReadonlyMap<string, string> = new Map(
  NAMES.map(([key, name]) => [key, name.replace(/\s+/g, " ")]),
);

/** Files by their name: what "file" stands for is forgotten with the run. */
export function nameOfWeights(level: ComparedChoice, file: readonly File[] | null): string {
  return level.replace(/^file\b/, file?.[0]?.name ?? "file");
}

/** @param adapter the GPU, in words */
export function comparisonToJson(run: ComparisonRun, adapter: string, exportedAt: Date): string {
  const floor = run.results.find(({ contender }) => contender === "floor");
  const value = {
    format: "vitrine-comparison",
    exportedAt: exportedAt.toISOString(),
    model: run.modelName,
    adapter,
    reference: run.reference ?? { level: run.request.reference },
    text: { kind: run.text, tokens: run.tokens.length, hash: hashIds(run.tokens.map(({ id }) => id)) },
    settings: { window: run.window, firstScored: run.firstScored, bos: run.bos, end: run.end },
    levels: run.results.flatMap(({ contender, statistics }) =>
      contender === "floor"
        ? []
        : {
            ...run.models.find(({ level }) => level === contender),
            level: nameOfWeights(contender, run.request.file),
            n: statistics.n,
            statistics: statisticsObject(statistics),
          },
    ),
    // The reference against itself through other kernels: less than this is rounding.
    floor: floor === undefined ? null : { n: floor.statistics.n, statistics: statisticsObject(floor.statistics) },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
