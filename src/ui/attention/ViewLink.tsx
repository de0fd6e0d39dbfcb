import { useState } from "react";
import { type ErrorInfo, toErrorInfo } from "../../store/errorInfo";
import { useAppStore } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { useStrings } from "../strings/useStrings";

/** An address that shows this chat, this head and these settings to whoever opens it. */
export function ViewLink() {
  const { attention: words, turn } = useStrings();
  const store = useAppStore();
  const [outcome, setOutcome] = useState<"copied" | ErrorInfo | null>(null);
  const copy = async (): Promise<void> => {
    try {
      const { viewLink } = await import("../../store/chatLink");
      await navigator.clipboard.writeText(await viewLink(store.getState(), location.href, new Date()));
      setOutcome("copied");
    } catch (error) {
      setOutcome(toErrorInfo(error));
    }
  };
  return (
    <div className="view-link">
      <button type="button" className="button button-quiet" title={words.linkHint} onClick={() => void copy()}>
        {words.copyLink}
      </button>
      <span role="status" className="hint">
        {outcome === "copied" && `${turn.copied}. ${words.linkHint}`}
        {outcome !== null && outcome !== "copied" && <ErrorWords error={outcome} />}
      </span>
    </div>
  );
}
