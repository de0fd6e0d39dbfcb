import type { LensToken } from "../../shared/inspection";
import type { TokenText } from "../../shared/nextToken";
import { formatPercent } from "../../shared/units";
import type { AblatedAnswer } from "../../store/ablationSlice";
import { shownHeads } from "../../store/attentionSlice";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { showToken } from "./headWords";

/** Heads that are switched off, and the answer without them beside the answer as it was. */
export function AblationSection() {
  const { attention: words, turn } = useStrings();
  const store = useAppStore();
  const heads = useApp((state) => state.ablatedHeads);
  const ablation = useApp((state) => state.ablation);
  const isStreaming = useApp((state) => state.streaming !== null);
  const layer = useApp((state) => shownHeads(state)[0]?.layer ?? 0);
  const numHeads = useApp((state) => state.model?.report.spec.blocks[layer]?.attention.numHeads ?? 0);
  const isRunning = ablation?.state === "running";
  const ablateLayer = (): void =>
    store.getState().toggleAblated(Array.from({ length: numHeads }, (_, head) => ({ layer, head })));
  return (
    <section className="panel" aria-label={words.ablationName}>
      <div className="panel-head">
        <h2 className="panel-title">{words.ablationName}</h2>
        <div className="head-actions">
          <button type="button" className="button button-quiet" onClick={ablateLayer}>
            {words.ablateLayer} {layer}
          </button>
          {heads.length > 0 && (
            <button type="button" className="button button-quiet" onClick={() => store.getState().restoreHeads()}>
              {words.restoreAll}
            </button>
          )}
        </div>
      </div>
      <p className="hint">
        {words.ablated}:{" "}
        {heads.length === 0 ? words.none : heads.map(({ layer: l, head }) => words.cell(l, head)).join(", ")}
      </p>
      <button
        type="button"
        className="button"
        disabled={heads.length === 0 || isRunning || isStreaming}
        onClick={() => void store.getState().regenerateAblated()}
      >
        {words.regenerate}
      </button>
      {isRunning && (
        <button type="button" className="button button-quiet" onClick={() => void store.getState().endAblation()}>
          {turn.ends.stopped}
        </button>
      )}
      {ablation !== null && <Answers ablation={ablation} />}
    </section>
  );
}

function Answers({ ablation }: { ablation: AblatedAnswer }) {
  const { attention: words } = useStrings();
  const { state, before, after, firstDifference, next, error } = ablation;
  return (
    <>
      <p role="status" className="ablation-verdict" data-first-difference={firstDifference ?? undefined}>
        {state === "running" && words.regenerating}
        {state === "error" && error?.message}
        {state !== "running" && state !== "error" && firstDifference === null && words.sameAnswer}
        {state !== "running" && firstDifference !== null && words.firstDifference(String(firstDifference))}
      </p>
      <div className="ablation-answers">
        <AnswerTokens title={words.before} tokens={before} mark={firstDifference} />
        <AnswerTokens title={words.after} tokens={after} mark={firstDifference} />
      </div>
      {next !== null && (
        <>
          <h3 className="subtitle">{words.changeOfNext}</h3>
          <div className="ablation-answers">
            <NextTokens title={words.before} tokens={next.before} />
            <NextTokens title={words.after} tokens={next.after} />
          </div>
        </>
      )}
    </>
  );
}

function AnswerTokens({ title, tokens, mark }: { title: string; tokens: readonly TokenText[]; mark: number | null }) {
  return (
    <figure className="ablation-answer" aria-label={title}>
      <figcaption className="subtitle">{title}</figcaption>
      <p dir="auto">
        {tokens.map((token, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: places are what tokens are here
          index === mark ? <mark key={index}>{showToken(token.text)}</mark> : <span key={index}>{token.text}</span>,
        )}
      </p>
    </figure>
  );
}

function NextTokens({ title, tokens }: { title: string; tokens: readonly LensToken[] }) {
  return (
    <ol className="top-tokens" aria-label={title}>
      {tokens.map(({ token, probability }) => (
        <li key={token.id}>
          <span className="top-token">{showToken(token.text)}</span>
          <span className="top-place" />
          <span className="top-bar" aria-hidden="true">
            <span style={{ inlineSize: `${probability * 100}%` }} />
          </span>
          <span className="number">{formatPercent(probability)}</span>
        </li>
      ))}
    </ol>
  );
}
