import { UNITS } from "../../store/rollUp";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

/** Whether tokens are seen one by one, or rolled up to words or sentences. */
export function UnitChoice() {
  const { attention: words } = useStrings();
  const kind = useApp((state) => state.unitKind);
  const setKind = useApp((state) => state.setUnitKind);
  return (
    <label className="attention-choice unit-choice">
      <span>{words.units}</span>
      <select
        value={kind}
        onChange={({ target: { value } }) => {
          const chosen = UNITS.find((unit) => unit === value);
          if (chosen !== undefined) setKind(chosen);
        }}
      >
        {UNITS.map((unit) => (
          <option key={unit} value={unit}>
            {words.unitNames[unit]}
          </option>
        ))}
      </select>
    </label>
  );
}
