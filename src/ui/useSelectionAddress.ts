import { useEffect } from "react";
import { withSelection } from "../store/selectionAddress";
import { useApp } from "./appContext";

/** What is pinned stands in the page's address, so that a reload finds it again. */
export function useSelectionAddress(): void {
  const pinned = useApp((state) => state.pinned);
  useEffect(() => {
    const address = withSelection(location.href, pinned);
    if (address !== location.href) history.replaceState(history.state, "", address);
  }, [pinned]);
}
