import { formatBytes, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

/** What is loading, how far it is, and the way out. */
export function LoadingStrip() {
  const { loading: words } = useStrings();
  const loading = useApp((state) => state.loading);
  const cancelLoading = useApp((state) => state.cancelLoading);
  if (loading === null) return null;
  const { name, progress, isCancelling } = loading;
  const share = progress !== null && progress.totalBytes > 0 ? progress.doneBytes / progress.totalBytes : null;
  const stage = progress === null ? words.opening : words.stages[progress.stage];
  const bytes = progress === null ? "" : words.of(formatBytes(progress.doneBytes), formatBytes(progress.totalBytes));
  return (
    <div className="loading">
      <div className="loading-words">
        <span className="loading-name">{name}</span>
        <span className="muted">{isCancelling ? words.cancelling : stage}</span>
        <span className="number muted">{bytes}</span>
      </div>
      <div
        role="progressbar"
        aria-label={words.name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
        aria-valuetext={share === null ? stage : `${formatPercent(Math.floor(share * 100) / 100)}, ${stage}, ${bytes}`}
        className="loading-bar"
        data-unknown={share === null}
      >
        <span style={{ inlineSize: `${(share ?? 1) * 100}%` }} />
      </div>
      <button type="button" className="button" disabled={isCancelling} onClick={() => void cancelLoading()}>
        {words.cancel}
      </button>
    </div>
  );
}
