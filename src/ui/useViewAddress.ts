import { useEffect } from "react";
import { withView } from "../store/viewAddress";
import { useApp } from "./appContext";

/** What is looked at stands in the page's address, so that a reload, and whoever gets the link, finds it again. */
export function useViewAddress(): void {
  const pinned = useApp((state) => state.pinned);
  const attentionDisplay = useApp((state) => state.attentionDisplay);
  const unitKind = useApp((state) => state.unitKind);
  const meanHeads = useApp((state) => state.meanHeads);
  const headFactors = useApp((state) => state.headFactors);
  useEffect(() => {
    const address = withView(location.href, { pinned, attentionDisplay, unitKind, meanHeads, headFactors });
    if (address !== location.href) history.replaceState(history.state, "", address);
  }, [pinned, attentionDisplay, unitKind, meanHeads, headFactors]);
}
