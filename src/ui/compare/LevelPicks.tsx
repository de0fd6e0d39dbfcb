import { LEVELS } from "../../shared/quant";
import type { ComparedChoice } from "../../shared/recipes";
import { LEVEL_LABELS } from "../../store/modelSource";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { LevelOptions } from "../model/LevelOptions";
import { SelectField } from "../panels/SelectField";
import { useStrings } from "../strings/useStrings";
import { contenderName } from "./contenderName";

const LEVEL_OPTIONS = LEVELS.map((level): [ComparedChoice, string] => [level, LEVEL_LABELS[level]]);

/** The reference, and what is held against it. */
export function LevelPicks({ isDisabled }: { isDisabled: boolean }) {
  const { compare } = useStrings();
  const { reference, levels } = useApp((state) => state.comparisonChoices);
  const choose = useApp((state) => state.chooseComparison);
  const addLevel = useApp((state) => state.addComparedLevel);
  return (
    <>
      <SelectField
        label={compare.reference}
        hint={compare.referenceHint}
        value={reference}
        options={LEVEL_OPTIONS}
        isDisabled={isDisabled}
        onChange={(level) => choose({ reference: level })}
      />
      <div className="compare-levels">
        {levels.map((level, index) => (
          <ComparedLevel
            key={level}
            label={compare.compared(String(index + 1))}
            level={level}
            others={levels}
            isDisabled={isDisabled}
            onChange={(changed) => choose({ levels: levels.map((known, i) => (i === index ? changed : known)) })}
            onRemove={() => choose({ levels: levels.filter((_, i) => i !== index) })}
          />
        ))}
        <button type="button" className="button button-quiet" disabled={isDisabled} onClick={addLevel}>
          {compare.addLevel}
        </button>
      </div>
    </>
  );
}

interface ComparedLevelProps {
  readonly label: string;
  readonly level: ComparedChoice;
  readonly others: readonly ComparedChoice[];
  readonly isDisabled: boolean;
  readonly onChange: (level: ComparedChoice) => void;
  readonly onRemove: () => void;
}

function ComparedLevel({ label, level, others, isDisabled, onChange, onRemove }: ComparedLevelProps) {
  const { compare } = useStrings();
  return (
    <span className="compare-level">
      <select
        aria-label={label}
        value={level}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.value as ComparedChoice)}
      >
        <LevelOptions
          isOffered={(id) => id === level || !others.includes(id)}
          nameOf={(choice) => contenderName(choice, compare)}
        />
      </select>
      <IconButton
        icon="close"
        label={compare.removeLevel(contenderName(level, compare))}
        isDisabled={isDisabled}
        onClick={onRemove}
      />
    </span>
  );
}
