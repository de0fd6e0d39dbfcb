interface NumberChoiceProps {
  readonly label: string;
  /** From 0. */
  readonly value: number;
  readonly count: number;
  /** What the first one is called. */
  readonly first: 0 | 1;
  readonly onChange: (value: number) => void;
}

/** One of a few numbered things. */
export function NumberChoice({ label, value, count, first, onChange }: NumberChoiceProps) {
  return (
    <label className="attention-choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {Array.from({ length: count }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: numbers are what they are called
          <option key={index} value={index}>
            {index + first}
          </option>
        ))}
      </select>
    </label>
  );
}
