import type { LoadProgress } from "../../shared/protocol";
import { formatBytes, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";

const STAGES: { readonly [S in LoadProgress["stage"]]: string } = {
  reading: "Reading the file",
  weights: "Bringing the weights to the GPU",
  tokenizer: "Preparing the tokenizer",
  kernels: "Compiling and timing kernels",
};

/** What is loading, how far it is, and the way out. */
export function LoadingStrip() {
  const loading = useApp((state) => state.loading);
  const cancelLoading = useApp((state) => state.cancelLoading);
  if (loading === null) return null;
  const { name, progress, isCancelling } = loading;
  const share = progress !== null && progress.totalBytes > 0 ? progress.doneBytes / progress.totalBytes : null;
  const stage = progress === null ? "Opening" : STAGES[progress.stage];
  const bytes = progress === null ? "" : `${formatBytes(progress.doneBytes)} of ${formatBytes(progress.totalBytes)}`;
  return (
    <div className="loading">
      <div className="loading-words">
        <span className="loading-name">{name}</span>
        <span className="muted">{isCancelling ? "Cancelling" : stage}</span>
        <span className="number muted">{bytes}</span>
      </div>
      <div
        role="progressbar"
        aria-label="Loading model"
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
        Cancel loading
      </button>
    </div>
  );
}
