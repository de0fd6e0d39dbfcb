import { useSyncExternalStore } from "react";

/** Same widths as styles/layout.css. */
export const PHONE = "(max-width: 767px)";
/** Too narrow for the list of chats beside the chat. */
export const NARROW = "(max-width: 1199px)";

export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = matchMedia(query);
      list.addEventListener("change", onChange);
      return () => list.removeEventListener("change", onChange);
    },
    () => matchMedia(query).matches,
  );
}
