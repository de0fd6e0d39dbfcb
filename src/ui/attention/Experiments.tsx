import { useState } from "react";
import { formatPercent, formatTokens } from "../../shared/units";
import type { Experiment, RankedHead } from "../../store/experimentSlice";
import { useApp, useAppStore } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { useStrings } from "../strings/useStrings";
import { ExportMenu } from "./export/ExportMenu";
import { rankingFigure } from "./export/rankingFigure";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

/** Heads named for each experiment. */
const TOP = 10;

/** Texts made to be looked at, and the heads that stand out on them. */
export function Experiments() {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const experiment = useApp((state) => state.experiment);
  const isStreaming = useApp((state) => state.streaming !== null);
  const canRead = useApp((state) => state.model?.report.hasTokenizer === true);
  const [first, setFirst] = useState<string>(words.firstExample);
  const [second, setSecond] = useState<string>(words.secondExample);
  const isBusy = experiment?.state === "running" || isStreaming;
  return (
    <section className="panel" aria-label={words.experiments}>
      <div className="panel-head">
        <h2 className="panel-title">{words.experiments}</h2>
      </div>
      <h3 className="subtitle">{words.probe}</h3>
      <p className="hint">{words.probeHint}</p>
      <button type="button" className="button" disabled={isBusy} onClick={() => void store.getState().probeHeads()}>
        {words.probe}
      </button>
      {experiment?.kind === "probe" && <Result experiment={experiment} title={words.probeResult} />}
      {canRead && (
        <>
          <h3 className="subtitle">{words.pairPrompts}</h3>
          <p className="hint">{words.pairPromptsHint}</p>
          <div className="pair-prompts">
            <label className="attention-choice">
              <span>{words.firstPrompt}</span>
              <textarea rows={3} value={first} onChange={(event) => setFirst(event.target.value)} />
            </label>
            <label className="attention-choice">
              <span>{words.secondPrompt}</span>
              <textarea rows={3} value={second} onChange={(event) => setSecond(event.target.value)} />
            </label>
          </div>
          <button
            type="button"
            className="button"
            disabled={isBusy || first.trim() === "" || second.trim() === ""}
            onClick={() => void store.getState().comparePrompts(first, second)}
          >
            {words.comparePair}
          </button>
          {experiment?.kind === "pair" && <Result experiment={experiment} title={words.pairResult} />}
        </>
      )}
    </section>
  );
}

function Result({ experiment, title }: { experiment: Experiment; title: (tokens: string) => string }) {
  const { attention: words } = useStrings();
  const { state, heads, tokens, error } = experiment;
  const palette = usePalette();
  const figureWords = useFigureWords();
  const name = experiment.kind === "probe" ? words.probe : words.pairPrompts;
  if (state === "running") return <p role="status">{words.running}</p>;
  if (error !== null)
    return (
      <p role="alert">
        <ErrorWords error={error} />
      </p>
    );
  return (
    <>
      <p className="ablation-verdict">{title(formatTokens(tokens))}</p>
      <Ranking heads={heads.slice(0, TOP)} />
      <ExportMenu
        name={name}
        label={words.save(name)}
        make={async () =>
          rankingFigure({
            ...figureWords(name, null, [title(formatTokens(tokens)), experiment.prompts.join(" / ")].join(" "), tokens),
            experiment,
            shown: TOP,
            nameOf: ({ layer, head }) => words.cell(layer, head),
            palette,
          })
        }
      />
    </>
  );
}

/** Each leads to its head. */
function Ranking({ heads }: { heads: readonly RankedHead[] }) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  return (
    <ol className="top-tokens" aria-label={words.experimentHead}>
      {heads.map(({ layer, head, value }) => (
        <li key={`${layer}.${head}`}>
          <button
            type="button"
            className="button button-quiet"
            onClick={() => store.getState().pinHead({ layer, head })}
          >
            {words.cell(layer, head)}
          </button>
          <span className="top-place" />
          <span className="top-bar" aria-hidden="true">
            <span style={{ inlineSize: `${value * 100}%` }} />
          </span>
          <span className="number">{formatPercent(value)}</span>
        </li>
      ))}
    </ol>
  );
}
