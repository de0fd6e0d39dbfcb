import { useId } from "react";
import { Field } from "./Field";

interface SelectFieldProps<T extends string | number> {
  readonly label: string;
  readonly hint: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly onChange: (value: T) => void;
  readonly isDisabled?: boolean;
  /** For what leads here. */
  readonly id?: string;
}

export function SelectField<T extends string | number>(props: SelectFieldProps<T>) {
  const { label, hint, value, options, onChange, isDisabled = false } = props;
  const ownId = useId();
  const id = props.id ?? ownId;
  const choose = (text: string): void => {
    const option = options.find(([known]) => String(known) === text);
    if (option !== undefined) onChange(option[0]);
  };
  return (
    <Field id={id} label={label} hint={hint}>
      <select
        id={id}
        aria-describedby={`${id}hint`}
        value={String(value)}
        disabled={isDisabled}
        onChange={(event) => choose(event.target.value)}
      >
        {options.map(([known, text]) => (
          <option key={String(known)} value={String(known)}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  );
}
