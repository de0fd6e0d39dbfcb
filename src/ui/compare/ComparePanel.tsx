import { useEffect, useState } from "react";
import type { Contender } from "../../shared/comparison";
import { formatBytes, formatCount } from "../../shared/units";
import type { ComparisonRun, ContenderResult } from "../../store/compareSlice";
import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";
import { ComparisonForm } from "./ComparisonForm";
import { ComparisonProgressBar } from "./ComparisonProgressBar";
import { useContenderName } from "./contenderName";
import { ExportButtons } from "./ExportButtons";
import { Flips } from "./Flips";
import { HeadDifferences } from "./HeadDifferences";
import { Inside } from "./Inside";
import { KldHistogram } from "./KldHistogram";
import { Lanes } from "./Lanes";
import { Measurements } from "./Measurements";
import { SaveGguf } from "./SaveGguf";
import { StatisticsTable } from "./StatisticsTable";
import { TokenStrip } from "./TokenStrip";
import { TopTokens } from "./TopTokens";
import { Verdict } from "./Verdict";

/** What each level costs on a text: verdict first, then the numbers, then the tokens behind them. */
export default function ComparePanel() {
  const { compare } = useStrings();
  const run = useApp((state) => state.comparison);
  const hasModel = useApp((state) => state.model !== null);
  const mode = useApp((state) => state.comparisonChoices.mode);
  const hasLanes = useApp((state) => state.lanes !== null);
  return (
    <Panel
      title={compare.title}
      aside={mode === "score" && run !== null && run.results.length > 0 && <ExportButtons run={run} />}
    >
      <p className="hint compare-intro">{hasModel || run !== null ? compare.intro : compare.noModel}</p>
      {hasModel && <ComparisonForm />}
      {mode === "lanes" && (hasModel || hasLanes) ? <Lanes /> : <Scored run={run} hasModel={hasModel} />}
      {hasModel && <SaveGguf />}
    </Panel>
  );
}

function Scored({ run, hasModel }: { run: ComparisonRun | null; hasModel: boolean }) {
  return (
    <>
      {run?.end === "running" && <ComparisonProgressBar progress={run.progress} isPaused={run.isPaused} />}
      {run?.turns != null && <Turns turns={run.turns} findsTensors={run.request.findTensors} />}
      {run?.error != null && (
        <p role="alert" className="compare-error">
          <ErrorWords error={run.error} />
        </p>
      )}
      {(hasModel || run !== null) && <Verdict run={run} />}
      {run !== null && run.results.length > 0 && <Results run={run} />}
      <Measurements />
    </>
  );
}

interface TurnsProps {
  readonly turns: NonNullable<ComparisonRun["turns"]>;
  readonly findsTensors: boolean;
}

function Turns({ turns: { windowsAtATime, ofWindows, referenceStays }, findsTensors }: TurnsProps) {
  const { compare } = useStrings();
  return (
    <p className="hint">
      {compare.turns(formatCount(windowsAtATime), formatCount(ofWindows))}{" "}
      {referenceStays && `${compare.turnsReferenceStays} `}
      {findsTensors && compare.turnsNoTensors}
    </p>
  );
}

function Results({ run }: { run: ComparisonRun }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const levels = run.results.filter(({ contender }) => contender !== "floor");
  const [wanted, setWanted] = useState<Contender | null>(null);
  const shown = levels.find(({ contender }) => contender === wanted) ?? levels.at(-1);
  const inside = run.inside.find(({ contender }) => contender === shown?.contender);
  return (
    <>
      <StatisticsTable run={run} />
      {run.scratchBytes !== null && <p className="hint">{compare.memory(formatBytes(run.scratchBytes))}</p>}
      {shown !== undefined && (
        <>
          {levels.length > 1 && (
            <div className="field">
              <label htmlFor="compare-shown">{compare.shown}</label>
              <select
                id="compare-shown"
                value={shown.contender}
                onChange={(event) => setWanted(event.target.value as Contender)}
              >
                {levels.map(({ contender }) => (
                  <option key={contender} value={contender}>
                    {nameOf(contender)}
                  </option>
                ))}
              </select>
            </div>
          )}
          <Tokens key={shown.contender} run={run} result={shown} />
          {inside !== undefined && <Inside inside={inside} />}
          {inside !== undefined && inside.heads.length > 0 && (
            <HeadDifferences key={`${shown.contender} heads`} inside={inside} />
          )}
          <NoHeads run={run} contender={shown.contender} />
        </>
      )}
    </>
  );
}

/** Everything else of the run holds without them. */
function NoHeads({ run, contender }: { run: ComparisonRun; contender: Contender }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const found = run.noHeads.find((missing) => missing.contender === null || missing.contender === contender);
  if (found === undefined) return null;
  const { reason } = found;
  return (
    <p className="compare-note">
      {reason.name === "OutOfMemoryError" ? compare.noRoomForHeads(nameOf(contender)) : <ErrorWords error={reason} />}
    </p>
  );
}

function Tokens({ run, result }: { run: ComparisonRun; result: ContenderResult }) {
  const { scores } = result;
  const [selected, setSelected] = useState<number | null>(null);
  const loadTexts = useApp((state) => state.loadComparedTexts);
  useEffect(() => {
    const flipped = [...scores.topLevel.keys()].filter((i) => scores.topLevel[i] !== scores.topReference[i]);
    void loadTexts(flipped.flatMap((i) => [scores.topReference[i] as number, scores.topLevel[i] as number]));
  }, [scores, loadTexts]);
  return (
    <>
      <TokenStrip
        tokens={run.tokens}
        scores={scores}
        full={result.statistics.kld99.value}
        selected={selected}
        onSelect={setSelected}
      />
      {selected !== null && <TopTokens run={run} scores={scores} index={selected} />}
      <Flips tokens={run.tokens} scores={scores} onSelect={setSelected} />
      <KldHistogram kld={scores.kld} />
    </>
  );
}
