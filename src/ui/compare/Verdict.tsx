import { useId } from "react";
import { isDistinguishable, LEAST_TOKENS, shareError, tokensUntil } from "../../shared/comparisonStatistics";
import { formatCount, formatPercent } from "../../shared/units";
import { type ComparisonRun, type ContenderResult, floorOf } from "../../store/compareSlice";
import { bytesOf } from "../../store/measurements";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { formatShare } from "./formatStatistic";

/** One sentence for each level, with its error; never a ranking. */
export function Verdict({ run }: { run: ComparisonRun | null }) {
  const { compare } = useStrings();
  const id = useId();
  const levels = run?.results.filter(({ contender }) => contender !== "floor") ?? [];
  return (
    <section className="verdict" aria-labelledby={id}>
      <h3 id={id} className="subtitle">
        {compare.verdict}
      </h3>
      {run === null || levels.length === 0 ? (
        <p className="hint">{compare.verdictEmpty}</p>
      ) : (
        levels.map((result) => (
          <p key={result.contender} className="verdict-line">
            <Sentence run={run} result={result} />
          </p>
        ))
      )}
      {run?.end === "done" &&
        run.request.until !== null &&
        levels.map((result) => <NotYet key={result.contender} result={result} until={run.request.until ?? 0} />)}
      {run?.end === "stopped" && levels.length > 0 && <p className="hint">{compare.stopped}</p>}
    </section>
  );
}

/** The text ended before the error was as small as was asked for. */
function NotYet({ result, until }: { result: ContenderResult; until: number }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const { sameTop, n } = result.statistics;
  if (n < result.ofTokens || shareError(Math.round(sameTop.value * n), n) <= until) return null;
  const name = nameOf(result.contender);
  return <p className="hint">{compare.untilMissed(name, formatCount(n), formatCount(tokensUntil(sameTop, until)))}</p>;
}

function Sentence({ run, result }: { run: ComparisonRun; result: ContenderResult }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const { contender, statistics } = result;
  const name = nameOf(contender);
  const model = run.models.find(({ level }) => level === contender);
  const count = formatCount(statistics.n);
  if (statistics.n < LEAST_TOKENS) return compare.tooFew(name, count, String(LEAST_TOKENS));
  const size = model === undefined || run.reference === null ? null : bytesOf(run.reference) / bytesOf(model);
  const { sameTop } = statistics;
  // Nothing seen in N trials: the rule of three bounds what was not seen.
  const differs =
    sameTop.value === 1
      ? compare.never(name, count, formatPercent(1 - 3 / statistics.n))
      : compare.differs(name, formatShare(sameTop));
  const finding = isDistinguishable(statistics, floorOf(run)) ? differs : compare.same(name, count);
  if (size === null) return `${finding.replace(/,$/, "")}.`;
  if (Math.abs(size - 1) < 0.005) return `${finding} ${compare.equalSize}`;
  return `${finding} ${size > 1 ? compare.smaller(size.toFixed(1)) : compare.larger((1 / size).toFixed(1))}`;
}
