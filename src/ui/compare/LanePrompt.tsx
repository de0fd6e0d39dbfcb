import { useId } from "react";
import { LANE_TOKENS } from "../../store/lanesSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

/** What every lane is asked, and how long it may answer. */
export function LanePrompt({ isDisabled }: { isDisabled: boolean }) {
  const { compare } = useStrings();
  const id = useId();
  const prompt = useApp((state) => state.lanePrompt);
  const tokens = useApp((state) => state.laneTokens);
  const change = useApp((state) => state.changeLanes);
  return (
    <>
      <div className="compare-text">
        <label htmlFor={id} className="compare-label">
          {compare.lanePrompt}
        </label>
        <textarea
          id={id}
          rows={3}
          value={prompt}
          disabled={isDisabled}
          aria-describedby={`${id}hint`}
          onChange={(event) => change({ lanePrompt: event.target.value })}
        />
        <p id={`${id}hint`} className="hint">
          {compare.lanePromptHint}
        </p>
      </div>
      <div className="field">
        <label htmlFor={`${id}tokens`}>{compare.laneTokens}</label>
        <input
          id={`${id}tokens`}
          type="number"
          className="number-input"
          min={LANE_TOKENS.min}
          max={LANE_TOKENS.max}
          value={tokens}
          disabled={isDisabled}
          onChange={(event) => change({ laneTokens: event.target.valueAsNumber })}
        />
      </div>
    </>
  );
}
