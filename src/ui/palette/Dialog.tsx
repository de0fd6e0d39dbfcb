import { type ReactNode, useEffect, useRef } from "react";
import { useShell } from "../shell";

interface DialogProps {
  readonly name: string;
  readonly className: string;
  readonly children: ReactNode;
  /** Where a stray click would lose work. */
  readonly isKeptOnClickOutside?: boolean;
}

/** The browser's own dialog: it keeps the focus inside, makes the page behind inert, and closes on Escape. */
export function Dialog({ name, className, children, isKeptOnClickOutside = false }: DialogProps) {
  const { setDialog } = useShell();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    // By itself the browser would focus the part that scrolls.
    element?.querySelector<HTMLElement>("input, button")?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same
    <dialog
      ref={dialog}
      className={className}
      aria-label={name}
      onCancel={(event) => {
        event.preventDefault();
        setDialog(null);
      }}
      onClick={(event) => {
        // The backdrop is the dialog itself; everything in it is inside.
        if (event.target === dialog.current && !isKeptOnClickOutside) setDialog(null);
      }}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
