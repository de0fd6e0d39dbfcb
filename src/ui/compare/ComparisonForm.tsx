import { useId } from "react";
import type { AppState } from "../../store/appStore";
import type { ComparisonMode } from "../../store/compareSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { unlessSecondClick } from "../unlessSecondClick";
import { BUNDLED_TEXT } from "./bundledText";
import { isQuantizedFile } from "./isQuantizedFile";
import { LanePrompt } from "./LanePrompt";
import { LevelPicks } from "./LevelPicks";
import { OwnRecipes } from "./OwnRecipes";
import { TextToScore } from "./TextToScore";
import { WindowFields } from "./WindowFields";

const MODES: readonly ComparisonMode[] = ["score", "lanes"];

/** What is missing; null when nothing is. Too short a text is refused when it has been read: its tokens count. */
function missing({ comparisonChoices, lanePrompt, turns }: AppState): "levels" | "prompt" | "chat" | null {
  const { mode, levels, text } = comparisonChoices;
  if (levels.length === 0) return "levels";
  if (mode === "lanes") return lanePrompt.trim() === "" ? "prompt" : null;
  return text === "chat" && turns.length === 0 ? "chat" : null;
}

/** What is compared with what, and on what. */
export function ComparisonForm() {
  const { compare } = useStrings();
  const id = useId();
  const mode = useApp((state) => state.comparisonChoices.mode);
  const isRunning = useApp((state) => state.comparison?.end === "running" || state.lanes?.isRunning === true);
  const isQuantized = useApp(isQuantizedFile);
  const lacks = useApp(missing);
  const runComparison = useApp((state) => state.runComparison);
  const runLanes = useApp((state) => state.runLanes);
  const stopComparison = useApp((state) => state.stopComparison);
  const stopLanes = useApp((state) => state.stopLanes);
  const canRun = !isRunning && lacks === null;
  return (
    <form
      className="compare-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (canRun) void (mode === "lanes" ? runLanes() : runComparison(BUNDLED_TEXT));
      }}
    >
      <Modes isDisabled={isRunning} />
      {isQuantized && <p className="compare-note">{compare.alreadyQuantized}</p>}
      <LevelPicks isDisabled={isRunning} />
      <OwnRecipes />
      {mode === "lanes" ? (
        <LanePrompt isDisabled={isRunning} />
      ) : (
        <>
          <TextToScore isDisabled={isRunning} />
          <WindowFields isDisabled={isRunning} />
        </>
      )}
      <div className="compare-actions">
        {isRunning ? (
          <>
            <button
              type="button"
              className="button"
              onClick={unlessSecondClick(() => void (mode === "lanes" ? stopLanes() : stopComparison()))}
            >
              {compare.stop}
            </button>
            {mode === "score" && <PauseButton />}
          </>
        ) : (
          <>
            <button
              type="submit"
              className="button button-primary"
              disabled={!canRun}
              aria-describedby={lacks === null ? undefined : id}
              onClick={unlessSecondClick(() => {})}
            >
              {compare.run}
            </button>
            {lacks !== null && (
              <span id={id} className="hint">
                {compare.notYet[lacks]}
              </span>
            )}
          </>
        )}
      </div>
    </form>
  );
}

/** Between two windows: models and results stay as they are. */
function PauseButton() {
  const { compare } = useStrings();
  const isPaused = useApp((state) => state.comparison?.isPaused === true);
  const pause = useApp((state) => state.pauseComparison);
  const resume = useApp((state) => state.resumeComparison);
  return (
    <button type="button" className="button" onClick={unlessSecondClick(() => void (isPaused ? resume() : pause()))}>
      {isPaused ? compare.resume : compare.pause}
    </button>
  );
}

function Modes({ isDisabled }: { isDisabled: boolean }) {
  const { compare } = useStrings();
  const mode = useApp((state) => state.comparisonChoices.mode);
  const choose = useApp((state) => state.chooseComparison);
  return (
    <fieldset className="compare-texts">
      <legend className="visually-hidden">{compare.mode}</legend>
      {MODES.map((kind) => (
        <label key={kind} className="compare-choice">
          <input
            type="radio"
            name="compare-mode"
            checked={mode === kind}
            disabled={isDisabled}
            onChange={() => choose({ mode: kind })}
          />
          {compare.modes[kind]}
        </label>
      ))}
    </fieldset>
  );
}
