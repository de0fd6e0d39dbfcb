import { type RefObject, useEffect } from "react";

/**
 * While something covers the page: the focus goes to its first control, Escape closes it, and afterwards the focus is
 * back where it was.
 */
export function useModal(isModal: boolean, cover: RefObject<HTMLElement | null>, close: () => void): void {
  useEffect(() => {
    if (!isModal) return;
    const before = document.activeElement;
    cover.current?.querySelector<HTMLElement>("[data-autofocus], input, button")?.focus();
    return () => {
      // After what was inert meanwhile can take it.
      setTimeout(() => before instanceof HTMLElement && before.isConnected && before.focus(), 0);
    };
  }, [isModal, cover]);
  useEffect(() => {
    if (!isModal) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      close();
    };
    // Ahead of the page's own shortcuts, for which Escape means something else.
    addEventListener("keydown", onKeyDown, true);
    return () => removeEventListener("keydown", onKeyDown, true);
  }, [isModal, close]);
}

/** As a column it is one more landmark; what covers the page is a dialog. */
export function landmark(role: "navigation" | "complementary", name: string, isModal: boolean) {
  return { role: isModal ? "dialog" : role, "aria-label": name, "aria-modal": isModal || undefined };
}
