/** What comparisons found on this device, kept from visit to visit: one record for each level and text. */

import type { ComparedModel } from "../shared/comparison";
import type { Statistic } from "../shared/comparisonStatistics";
import { LEAST_TOKENS } from "../shared/comparisonStatistics";
import type { DeviceReport } from "../shared/protocol";
import type { ComparisonRun } from "./compareSlice";
import { hashIds, LLAMA_NAMES, namedStatistics, nameOfWeights } from "./comparisonFile";
import { toCsv } from "./csv";
import { readFields, readFlag, readId, readMaybe, readNumber, readText, refuse } from "./reading";

/** Goes up by one whenever a field changes its meaning; records of another version are left alone and not shown. */
export const MEASUREMENT_VERSION = 1;

export interface Measurement {
  readonly version: typeof MEASUREMENT_VERSION;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly measuredAt: number;
  readonly model: string;
  readonly adapter: string;
  /** As they were chosen: level, recipe and cache. */
  readonly reference: string;
  readonly level: string;
  /** FNV-1a of the text's token ids. */
  readonly textHash: string;
  readonly textTokens: number;
  readonly window: number;
  readonly firstScored: number;
  /** Whether each window began with the beginning-of-text token. */
  readonly bos: boolean;
  readonly n: number;
  readonly referenceBytes: number;
  readonly weightBytes: number;
  readonly referenceTokensPerSecond: number | null;
  readonly tokensPerSecond: number | null;
  /** Mean KLD of the reference through other kernels; null: not measured. */
  readonly floorKld: number | null;
  /** Under PRODUCT's names. */
  readonly statistics: Readonly<Record<string, Statistic>>;
}

export function bytesOf({ weightBytes }: Pick<ComparedModel, "weightBytes">): number {
  return Object.values(weightBytes).reduce((sum, bytes) => sum + bytes, 0);
}

/** "Acme Vitreous 200"; "" where the browser does not tell. */
export function adapterName({ adapter }: Pick<DeviceReport, "adapter">): string {
  const { vendor, architecture, device, description } = adapter;
  return description || [vendor, architecture, device].filter((part) => part !== "").join(" ");
}

/** Of a run that is over: levels that were scored on enough tokens. */
export function measurementsOf(
  run: ComparisonRun,
  { adapter, now, newId }: { readonly adapter: string; readonly now: number; readonly newId: () => string },
): Measurement[] {
  const { reference, models, results, tokens } = run;
  if (reference === null) return [];
  const floor = results.find(({ contender }) => contender === "floor");
  return results.flatMap(({ contender, statistics }): Measurement[] => {
    const model = models.find(({ level }) => level === contender);
    if (contender === "floor" || model === undefined || statistics.n < LEAST_TOKENS) return [];
    return [
      {
        version: MEASUREMENT_VERSION,
        id: newId(),
        measuredAt: now,
        model: run.modelName,
        adapter,
        reference: reference.level,
        level: nameOfWeights(contender, run.request.file),
        textHash: hashIds(tokens.map(({ id }) => id)),
        textTokens: tokens.length,
        window: run.window,
        firstScored: run.firstScored,
        bos: run.bos,
        n: statistics.n,
        referenceBytes: bytesOf(reference),
        weightBytes: bytesOf(model),
        referenceTokensPerSecond: reference.tokensPerSecond,
        tokensPerSecond: model.tokensPerSecond,
        floorKld: floor?.statistics.meanKld.value ?? null,
        statistics: namedStatistics(statistics),
      },
    ];
  });
}

/** @throws InvalidFileError naming what is wrong */
export function readMeasurement(value: unknown): Measurement {
  const fields = readFields(value, "a measurement");
  if (fields.version !== MEASUREMENT_VERSION) refuse("a measurement's version", String(MEASUREMENT_VERSION));
  const text = (name: string): string => readText(fields[name], name);
  const number = (name: string): number => readNumber(fields[name], name);
  const maybe = (name: string): number | null => readMaybe(fields[name], readNumber, name);
  const statistics = readFields(fields.statistics, "statistics");
  return {
    version: MEASUREMENT_VERSION,
    id: readId(fields.id, "id"),
    measuredAt: number("measuredAt"),
    model: text("model"),
    adapter: text("adapter"),
    reference: text("reference"),
    level: text("level"),
    textHash: text("textHash"),
    textTokens: number("textTokens"),
    window: number("window"),
    firstScored: number("firstScored"),
    bos: readFlag(fields.bos, "bos"),
    n: number("n"),
    referenceBytes: number("referenceBytes"),
    weightBytes: number("weightBytes"),
    referenceTokensPerSecond: maybe("referenceTokensPerSecond"),
    tokensPerSecond: maybe("tokensPerSecond"),
    floorKld: maybe("floorKld"),
    statistics: Object.fromEntries(
      [...LLAMA_NAMES.keys()].map((key) => {
        const statistic = readFields(statistics[key], key);
        const error = readMaybe(statistic.error, readNumber, key);
        return [key, { value: readNumber(statistic.value, key), error, n: readNumber(statistic.n, key) }];
      }),
    ),
  };
}

/** What can stand in one plot: same model, device, reference, text and windows. */
export function seriesOf(measurement: Measurement): string {
  const { model, adapter, reference, textHash, window, firstScored, bos } = measurement;
  return JSON.stringify([model, adapter, reference, textHash, window, firstScored, bos]);
}

/** Of each level the newest, in the order of their sizes. */
export function newestOfSeries(measurements: Iterable<Measurement>, series: string): Measurement[] {
  const newest = new Map<string, Measurement>();
  for (const measurement of measurements) {
    const known = newest.get(measurement.level);
    if (seriesOf(measurement) !== series || (known?.measuredAt ?? -1) > measurement.measuredAt) continue;
    newest.set(measurement.level, measurement);
  }
  return [...newest.values()].sort((a, b) => a.weightBytes - b.weightBytes || a.level.localeCompare(b.level));
}

/** Those than which none is both smaller and nearer to the reference. */
export function frontierOf(measurements: readonly Measurement[]): Measurement[] {
  const kld = (m: Measurement): number => m.statistics["mean KLD"]?.value ?? Number.POSITIVE_INFINITY;
  const sorted = [...measurements].sort((a, b) => a.weightBytes - b.weightBytes || kld(a) - kld(b));
  let least = Number.POSITIVE_INFINITY;
  return sorted.filter((measurement) => {
    const isOn = kld(measurement) < least;
    if (isOn) least = kld(measurement);
    return isOn;
  });
}

const COLUMNS: readonly (readonly [string, (m: Measurement) => string | number | null])[] = [
  ["model", (m) => m.model],
  ["reference", (m) => m.reference],
  ["level", (m) => m.level],
  ["adapter", (m) => m.adapter],
  ["measured at", (m) => new Date(m.measuredAt).toISOString()],
  ["text hash", (m) => m.textHash],
  ["text tokens", (m) => m.textTokens],
  ["window", (m) => m.window],
  ["first scored", (m) => m.firstScored],
  ["beginning of text", (m) => String(m.bos)],
  ["n", (m) => m.n],
  ["reference bytes", (m) => m.referenceBytes],
  ["weight bytes", (m) => m.weightBytes],
  ["tokens per second", (m) => m.tokensPerSecond],
  ["floor KLD", (m) => m.floorKld],
];

/** Statistics under llama-perplexity's names, each with its error beside it. */
export function measurementsToCsv(measurements: readonly Measurement[]): string {
  const header = [
    ...COLUMNS.map(([name]) => name),
    ...[...LLAMA_NAMES.values()].flatMap((name) => [name, `${name} ±`]),
  ];
  const rows = measurements.map((m) => [
    ...COLUMNS.map(([, pick]) => pick(m)),
    ...[...LLAMA_NAMES.keys()].flatMap((key) => [m.statistics[key]?.value, m.statistics[key]?.error]),
  ]);
  return toCsv([header, ...rows]);
}

export function measurementsToJson(measurements: readonly Measurement[], exportedAt: Date): string {
  const llamaPerplexity = Object.fromEntries(LLAMA_NAMES);
  const value = { format: "vitrine-measurements", exportedAt: exportedAt.toISOString(), llamaPerplexity, measurements };
  return `${JSON.stringify(value, null, 2)}\n`;
}
