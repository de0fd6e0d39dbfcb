import { useId } from "react";
import { SETTING_RANGES } from "../../store/samplingSlice";
import { useApp } from "../appContext";
import { Field } from "../panels/Field";
import { useStrings } from "../strings/useStrings";

/** Empty means: a new one for every answer. */
export function SeedField() {
  const { sampling } = useStrings();
  const id = useId();
  const seed = useApp((state) => state.settings.seed);
  const last = useApp((state) => state.statistics?.seed ?? null);
  const changeSettings = useApp((state) => state.changeSettings);
  const { min, max } = SETTING_RANGES.seed;
  return (
    <Field id={id} label={sampling.labels.seed} hint={sampling.hints.seed} className="field-seed">
      <div className="seed">
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={min}
          max={max}
          step={1}
          placeholder={sampling.drawn}
          value={seed ?? ""}
          aria-describedby={`${id}hint`}
          onChange={({ target }) => changeSettings({ seed: target.value === "" ? null : target.valueAsNumber })}
        />
        {seed === null && last !== null && (
          <button type="button" className="button button-quiet" onClick={() => changeSettings({ seed: last })}>
            {sampling.takeAgain(last)}
          </button>
        )}
        {seed !== null && (
          <button type="button" className="button button-quiet" onClick={() => changeSettings({ seed: null })}>
            {sampling.drawAfresh}
          </button>
        )}
      </div>
    </Field>
  );
}
