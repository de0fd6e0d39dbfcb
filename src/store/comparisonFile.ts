/**
 * A comparison as JSON and CSV, every statistic under its name in llama-perplexity's output, in JSON also in PRODUCT's
 * table.
 */
import type { ComparisonStatistics, Statistic } from "../shared/comparisonStatistics";
import { rulesText } from "../shared/recipeRules";
import { type ComparedChoice, rulesOf, splitChoice, splitCompared, splitWeights } from "../shared/recipes";
import type { ComparisonRun, ContenderResult } from "./compareSlice";
import { toCsv } from "./csv";

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

/** The rules that gave tensors another level than the rest; null: none, or those that a file was made by are not known. */
function recipeOf(choice: ComparedChoice): string | null {
  const { weights } = splitCompared(choice);
  const { recipe } = splitChoice(splitWeights(weights).choice);
  return recipe === "" ? null : rulesText(rulesOf(recipe));
}

/** The adapter's files; null: none was merged. */
function loraOf(choice: ComparedChoice, files: readonly File[] | null): string | null {
  if (!splitWeights(splitCompared(choice).weights).hasLora) return null;
  return files === null ? "of the open model" : files.map((file) => file.webkitRelativePath || file.name).join(", ");
}

/** The settings that a run's numbers depend on, as they are told beside them. */
export function runFacts(run: ComparisonRun): {
  readonly hash: string;
  readonly tokens: number;
  readonly window: number;
  readonly firstScored: number;
  readonly bos: boolean;
} {
  const { tokens, window, firstScored, bos } = run;
  return { hash: hashIds(tokens.map(({ id }) => id)), tokens: tokens.length, window, firstScored, bos };
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
    text: { kind: run.text, tokens: run.tokens.length, hash: runFacts(run).hash },
    settings: { window: run.window, firstScored: run.firstScored, bos: run.bos, end: run.end },
    levels: run.results.flatMap(({ contender, statistics }) =>
      contender === "floor"
        ? []
        : {
            ...run.models.find(({ level }) => level === contender),
            level: nameOfWeights(contender, run.request.file),
            recipe: recipeOf(contender),
            lora: loraOf(contender, run.request.lora),
            n: statistics.n,
            statistics: statisticsObject(statistics),
          },
    ),
    // The reference against itself through other kernels: less than this is rounding.
    floor: floor === undefined ? null : { n: floor.statistics.n, statistics: statisticsObject(floor.statistics) },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One row for each level that was scored, and for the floor. @param adapter the GPU, in words */
export function comparisonToCsv(run: ComparisonRun, adapter: string, exportedAt: Date): string {
  const { hash, tokens, window, firstScored, bos } = runFacts(run);
  const { reference, file } = run.request;
  const bytes = (level: string): number | null => {
    const model = [run.reference, ...run.models].find((known) => known?.level === level);
    const formats = model == null ? null : Object.values(model.weightBytes);
    return formats === null ? null : formats.reduce((sum, size) => sum + size, 0);
  };
  const facts = [
    ["model", () => run.modelName],
    ["reference", () => nameOfWeights(reference, file)],
    ["level", ({ contender }) => (contender === "floor" ? contender : nameOfWeights(contender, file))],
    ["recipe", ({ contender }) => (contender === "floor" ? null : recipeOf(contender))],
    ["lora", ({ contender }) => (contender === "floor" ? null : loraOf(contender, run.request.lora))],
    ["adapter", () => adapter],
    ["exported at", () => exportedAt.toISOString()],
    ["text", () => run.text],
    ["text hash", () => hash],
    ["text tokens", () => tokens],
    ["window", () => window],
    ["first scored", () => firstScored],
    ["beginning of text", () => String(bos)],
    ["end", () => run.end],
    ["n", ({ statistics }) => statistics.n],
    ["reference bytes", () => bytes(reference)],
    ["weight bytes", ({ contender }) => bytes(contender === "floor" ? reference : contender)],
    ["tokens per second", ({ contender }) => run.models.find((m) => m.level === contender)?.tokensPerSecond],
  ] as const satisfies readonly (readonly [string, (result: ContenderResult) => string | number | null | undefined])[];
  const buckets = run.results[0]?.statistics.buckets.map(({ from, to }) => `Mean KLD, p ${from} to ${to}`) ?? [];
  const header = [
    ...facts.map(([name]) => name),
    ...[...[...LLAMA_NAMES.values()], ...buckets].flatMap((name) => [name, `${name} ±`]),
  ];
  const rows = run.results.map((result) => [
    ...facts.map(([, pick]) => pick(result)),
    ...[
      ...Object.values(namedStatistics(result.statistics)),
      ...result.statistics.buckets.map(({ kld }) => kld),
    ].flatMap(({ value, error }) => [value, error]),
  ]);
  return toCsv([header, ...rows]);
}
