import type { ComparisonStatistics, Statistic } from "../../shared/comparisonStatistics";
import { DASH, formatBytes, formatCount, formatPercent } from "../../shared/units";
import type { ComparisonRun } from "../../store/compareSlice";
import { bytesOf } from "../../store/measurements";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { formatChange, formatShare, formatStatistic } from "./formatStatistic";

type Key = Exclude<keyof ComparisonStatistics, "n" | "buckets" | "referencePerplexity">;

const ROWS: readonly (readonly [Key, (statistic: Statistic) => string])[] = [
  ["sameTop", formatShare],
  ["meanKld", formatStatistic],
  ["medianKld", formatStatistic],
  ["kld90", formatStatistic],
  ["kld95", formatStatistic],
  ["kld99", formatStatistic],
  ["kld999", formatStatistic],
  ["maxKld", formatStatistic],
  ["lnPerplexityRatio", formatStatistic],
  ["perplexity", formatStatistic],
  ["meanDeltaP", formatChange],
  ["rmsDeltaP", formatChange],
];

/** Every statistic of every level, with its standard error. */
export function StatisticsTable({ run }: { run: ComparisonRun }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const { results, models } = run;
  const sizeOf = (contender: string): string => {
    const model = models.find(({ level }) => level === contender);
    return model === undefined ? DASH : formatBytes(bytesOf(model));
  };
  const row = (name: string, cells: readonly string[]) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      {cells.map((cell, index) => (
        <td key={results[index]?.contender} className="number">
          {cell}
        </td>
      ))}
    </tr>
  );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="compare-scroll" aria-label={compare.statistics} tabIndex={0}>
        <table className="table compare-table">
          <caption className="subtitle">{compare.statistics}</caption>
          <thead>
            <tr>
              <th scope="col">{compare.statistic}</th>
              {results.map(({ contender }) => (
                <th key={contender} scope="col" className="number">
                  {nameOf(contender)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row(
              compare.rows.n,
              results.map(({ statistics }) => formatCount(statistics.n)),
            )}
            {row(
              compare.rows.size,
              results.map(({ contender }) => sizeOf(contender)),
            )}
            {ROWS.map(([key, format]) =>
              row(
                compare.rows[key],
                results.map(({ statistics }) => format(statistics[key])),
              ),
            )}
            {(results[0]?.statistics.buckets ?? []).map(({ from, to }, index) =>
              row(
                compare.bucket(formatPercent(from), formatPercent(to)),
                results.map(({ statistics }) => formatStatistic(statistics.buckets[index]?.kld as Statistic)),
              ),
            )}
          </tbody>
        </table>
      </section>
      <p className="hint">{compare.definitions}</p>
    </>
  );
}
