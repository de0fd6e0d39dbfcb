import type { ReactNode } from "react";

interface FieldProps {
  /** Of the control; its hint gets `<id>hint`, for aria-describedby. */
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** Beside "field". */
  readonly className?: string;
  readonly children: ReactNode;
}

/** A control beside its name and a line on what it does. */
export function Field({ id, label, hint, className = "", children }: FieldProps) {
  return (
    <div className={`field ${className}`.trimEnd()}>
      <div className="field-words">
        <label htmlFor={id}>{label}</label>
        <p id={`${id}hint`} className="hint">
          {hint}
        </p>
      </div>
      {children}
    </div>
  );
}
