import { useId } from "react";
import { useApp } from "../appContext";
import { Field } from "../panels/Field";
import { SelectField } from "../panels/SelectField";
import { useStrings } from "../strings/useStrings";

/** How the text is cut and when it is enough. Empty fields are llama-perplexity's defaults. */
export function WindowFields({ isDisabled }: { isDisabled: boolean }) {
  const { compare } = useStrings();
  const id = useId();
  const { window, firstScored, bos, isUntil, findTensors } = useApp((state) => state.comparisonChoices);
  const choose = useApp((state) => state.chooseComparison);
  return (
    <>
      <label className="compare-choice">
        <input
          type="checkbox"
          checked={isUntil}
          disabled={isDisabled}
          aria-describedby={`${id}until`}
          onChange={(event) => choose({ isUntil: event.target.checked })}
        />
        {compare.until}
      </label>
      <p id={`${id}until`} className="hint">
        {compare.untilHint}
      </p>
      <label className="compare-choice">
        <input
          type="checkbox"
          checked={findTensors}
          disabled={isDisabled}
          aria-describedby={`${id}tensors`}
          onChange={(event) => choose({ findTensors: event.target.checked })}
        />
        {compare.findTensors}
      </label>
      <p id={`${id}tensors`} className="hint">
        {compare.findTensorsHint}
      </p>
      <details className="disclosure">
        <summary>{compare.windows}</summary>
        <WholeNumber
          label={compare.window}
          hint={compare.windowHint}
          value={window}
          least={2}
          isDisabled={isDisabled}
          onChange={(value) => choose({ window: value })}
        />
        <WholeNumber
          label={compare.firstScored}
          hint={compare.firstScoredHint}
          value={firstScored}
          least={0}
          isDisabled={isDisabled}
          onChange={(value) => choose({ firstScored: value })}
        />
        <SelectField
          label={compare.bos}
          hint={compare.bosHint}
          value={bos === null ? "model" : bos ? "always" : "never"}
          options={[
            ["model", compare.bosChoices.model],
            ["always", compare.bosChoices.always],
            ["never", compare.bosChoices.never],
          ]}
          isDisabled={isDisabled}
          onChange={(chosen) => choose({ bos: chosen === "model" ? null : chosen === "always" })}
        />
      </details>
    </>
  );
}

interface WholeNumberProps {
  readonly label: string;
  readonly hint: string;
  readonly value: number | null;
  readonly least: number;
  readonly isDisabled: boolean;
  readonly onChange: (value: number | null) => void;
}

function WholeNumber({ label, hint, value, least, isDisabled, onChange }: WholeNumberProps) {
  const { compare } = useStrings();
  const id = useId();
  return (
    <Field id={id} label={label} hint={hint}>
      <input
        id={id}
        type="number"
        min={least}
        step={1}
        value={value ?? ""}
        placeholder={compare.byDefault}
        disabled={isDisabled}
        aria-describedby={`${id}hint`}
        onChange={({ target }) => onChange(target.value.trim() === "" ? null : Math.round(target.valueAsNumber))}
      />
    </Field>
  );
}
