import type { ReactNode, Ref } from "react";
import { Icon, type IconName } from "./Icon";

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does: its name for everyone. */
  readonly label: string;
  readonly hint?: string;
  readonly onClick: () => void;
  readonly isDisabled?: boolean;
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, hint, onClick, isDisabled = false, children, ref }: IconButtonProps) {
  return (
    <button
      ref={ref}
      type="button"
      className="icon-button"
      aria-label={label}
      title={hint ?? label}
      data-action={icon}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}
