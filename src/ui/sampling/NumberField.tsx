import { useId, useState } from "react";
import { formatNumber } from "../../shared/units";
import { SETTING_RANGES } from "../../store/samplingSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import type { SettingField } from "./settingFields";

/** At most four decimals, none of floating-point's own. */
function asTyped(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** A number and its slider. What is out of range acts as the nearest bound, is marked, and is put right on leaving. */
export function NumberField({ setting, sliderMax }: SettingField) {
  const { sampling } = useStrings();
  const id = useId();
  const value = useApp((state) => state.settings[setting]);
  const changeSettings = useApp((state) => state.changeSettings);
  const [typed, setTyped] = useState<string | null>(null);
  const { min, max, step } = SETTING_RANGES[setting];

  const number = typed === null || typed.trim() === "" ? Number.NaN : Number(typed);
  const isInvalid = typed !== null && !(number >= min && number <= max);
  const change = (text: string): void => {
    setTyped(text);
    if (text.trim() !== "") changeSettings({ [setting]: Number(text) });
  };

  return (
    <div className="field field-number">
      <div className="field-words">
        <label htmlFor={id}>{sampling.labels[setting]}</label>
        <p id={`${id}hint`} className="hint" data-invalid={isInvalid}>
          {isInvalid
            ? sampling.outOfRange(formatNumber(min), formatNumber(max), asTyped(value))
            : sampling.hints[setting]}
        </p>
      </div>
      <input
        type="range"
        aria-label={sampling.labels[setting]}
        aria-describedby={`${id}hint`}
        min={min}
        max={sliderMax ?? max}
        step={step}
        value={value}
        onChange={(event) => changeSettings({ [setting]: event.target.valueAsNumber })}
      />
      <input
        id={id}
        type="number"
        inputMode="decimal"
        min={min}
        max={max}
        step={step}
        value={typed ?? asTyped(value)}
        aria-invalid={isInvalid}
        aria-describedby={`${id}hint`}
        onChange={(event) => change(event.target.value)}
        onBlur={() => setTyped(null)}
      />
    </div>
  );
}
