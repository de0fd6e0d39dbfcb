import { useState } from "react";
import { pinnedIndex } from "../../store/ablationSlice";
import { shownHeads } from "../../store/attentionSlice";
import { lookedAtToken } from "../../store/nextTokenSlice";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { AblatedAnswers } from "./AblatedAnswers";
import { HeadFactors } from "./HeadFactors";
import { showToken } from "./headWords";

/** Heads that are switched off or scaled, and the answer under them beside the answer as it was. */
export function AblationSection() {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const hasFactors = useApp((state) => state.headFactors.length > 0);
  const ablation = useApp((state) => state.ablation);
  const layer = useApp((state) => shownHeads(state)[0]?.layer ?? 0);
  const numHeads = useApp((state) => state.model?.report.spec.blocks[layer]?.attention.numHeads ?? 0);
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
          {hasFactors && (
            <button type="button" className="button button-quiet" onClick={() => store.getState().restoreHeads()}>
              {words.restoreAll}
            </button>
          )}
        </div>
      </div>
      <HeadFactors />
      <Regenerate />
      {ablation !== null && <AblatedAnswers ablation={ablation} />}
    </section>
  );
}

/** From the beginning, or from the pinned token of the answer on. */
function Regenerate() {
  const { attention: words, composer } = useStrings();
  const store = useAppStore();
  const [wantsPin, setWantsPin] = useState(true);
  const hasFactors = useApp((state) => state.headFactors.length > 0);
  const isRunning = useApp((state) => state.ablation?.state === "running");
  const isStreaming = useApp((state) => state.streaming !== null);
  const pinned = useApp((state) => {
    const place = lookedAtToken(state);
    const index = place === null ? null : pinnedIndex(state, place.turnId);
    return index !== null && index > 0 ? index : null;
  });
  const text = useApp(({ attention: { answer, texts } }) =>
    pinned === null || answer === null ? undefined : texts[answer.start + pinned]?.text,
  );
  const from = pinned !== null && wantsPin ? pinned : 0;
  return (
    <div className="ablation-run">
      {pinned !== null && (
        <label className="attention-choice">
          <span>{words.regenerateFrom}</span>
          <select value={from === 0 ? "start" : "pin"} onChange={(event) => setWantsPin(event.target.value === "pin")}>
            <option value="start">{words.fromStart}</option>
            <option value="pin">{words.fromToken(String(pinned), showToken(text ?? ""))}</option>
          </select>
        </label>
      )}
      <button
        type="button"
        className="button"
        disabled={!hasFactors || isRunning || isStreaming}
        onClick={() => void store.getState().regenerateAblated(from)}
      >
        {words.regenerate}
      </button>
      {isRunning && (
        <button type="button" className="button button-quiet" onClick={() => void store.getState().endAblation()}>
          {composer.stop}
        </button>
      )}
    </div>
  );
}
