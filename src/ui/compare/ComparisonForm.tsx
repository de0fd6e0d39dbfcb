import { useId } from "react";
import { LEVELS, QUANT_FORMATS } from "../../shared/quant";
import type { LevelChoice } from "../../shared/recipes";
import type { ComparedText } from "../../store/compareSlice";
import { LEVEL_LABELS } from "../../store/modelSource";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { LevelOptions } from "../model/LevelOptions";
import { SelectField } from "../panels/SelectField";
import { useStrings } from "../strings/useStrings";
import { BUNDLED_TEXT } from "./bundledText";
import { contenderName } from "./contenderName";

const LEVEL_OPTIONS = LEVELS.map((level): [LevelChoice, string] => [level, LEVEL_LABELS[level]]);
const TEXTS: readonly ComparedText[] = ["bundled", "chat", "own"];

/** What is compared with what, on which text. */
export function ComparisonForm() {
  const { compare } = useStrings();
  const { reference, levels, text } = useApp((state) => state.comparisonChoices);
  const isRunning = useApp((state) => state.comparison?.end === "running");
  const isQuantized = useApp(
    (state) =>
      Object.entries(state.model?.report.weightBytes ?? {}).some(
        ([id, bytes]) => bytes > 0 && QUANT_FORMATS[id as keyof typeof QUANT_FORMATS].blockSize > 1,
      ) && state.model?.request.level === "stored",
  );
  const hasTurns = useApp((state) => state.turns.length > 0);
  const choose = useApp((state) => state.chooseComparison);
  const addLevel = useApp((state) => state.addComparedLevel);
  const runComparison = useApp((state) => state.runComparison);
  const stop = useApp((state) => state.stopComparison);
  const canRun = !isRunning && levels.length > 0 && (text !== "chat" || hasTurns);
  return (
    <form
      className="compare-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (canRun) void runComparison(BUNDLED_TEXT);
      }}
    >
      {isQuantized && <p className="compare-note">{compare.alreadyQuantized}</p>}
      <SelectField
        label={compare.reference}
        hint={compare.referenceHint}
        value={reference}
        options={LEVEL_OPTIONS}
        isDisabled={isRunning}
        onChange={(level) => choose({ reference: level })}
      />
      <ComparedLevels
        levels={levels}
        isDisabled={isRunning}
        onChange={(changed) => choose({ levels: changed })}
        onAdd={addLevel}
      />
      <TextToScore isDisabled={isRunning} />
      <div className="compare-actions">
        {isRunning ? (
          <button type="button" className="button" onClick={() => void stop()}>
            {compare.stop}
          </button>
        ) : (
          <button type="submit" className="button button-primary" disabled={!canRun}>
            {compare.run}
          </button>
        )}
      </div>
    </form>
  );
}

interface ComparedLevelsProps {
  readonly levels: readonly LevelChoice[];
  readonly isDisabled: boolean;
  readonly onChange: (levels: readonly LevelChoice[]) => void;
  readonly onAdd: () => void;
}

function ComparedLevels({ levels, isDisabled, onChange, onAdd }: ComparedLevelsProps) {
  const { compare } = useStrings();
  return (
    <div className="compare-levels">
      {levels.map((level, index) => (
        <span key={level} className="compare-level">
          <select
            aria-label={compare.compared(String(index + 1))}
            value={level}
            disabled={isDisabled}
            onChange={(event) =>
              onChange(levels.map((known, i) => (i === index ? (event.target.value as LevelChoice) : known)))
            }
          >
            <LevelOptions
              isOffered={(id) => id === level || !levels.includes(id)}
              nameOf={(choice) => contenderName(choice, compare)}
            />
          </select>
          <IconButton
            icon="close"
            label={compare.removeLevel(contenderName(level, compare))}
            isDisabled={isDisabled}
            onClick={() => onChange(levels.filter((_, i) => i !== index))}
          />
        </span>
      ))}
      <button type="button" className="button button-quiet" disabled={isDisabled} onClick={onAdd}>
        {compare.addLevel}
      </button>
    </div>
  );
}

function TextToScore({ isDisabled }: { isDisabled: boolean }) {
  const { compare } = useStrings();
  const id = useId();
  const { text, ownText } = useApp((state) => state.comparisonChoices);
  const turns = useApp((state) => state.turns);
  const choose = useApp((state) => state.chooseComparison);
  const said = turns.map((turn) => turn.text).join("\n\n");
  const shown = { bundled: BUNDLED_TEXT, chat: said, own: ownText }[text];
  return (
    <div className="compare-text">
      <fieldset className="compare-texts">
        <legend className="visually-hidden">{compare.textChoice}</legend>
        {TEXTS.map((kind) => (
          <label key={kind} className="compare-choice">
            <input
              type="radio"
              name={`${id}text`}
              checked={text === kind}
              disabled={isDisabled}
              onChange={() => choose({ text: kind })}
            />
            {compare.texts[kind]}
          </label>
        ))}
      </fieldset>
      <label htmlFor={id} className="visually-hidden">
        {compare.text}
      </label>
      <textarea
        id={id}
        rows={5}
        value={shown}
        disabled={isDisabled}
        aria-describedby={`${id}hint`}
        onChange={(event) => choose({ text: "own", ownText: event.target.value })}
      />
      <p id={`${id}hint`} className="hint">
        {compare.textHint}
      </p>
    </div>
  );
}
