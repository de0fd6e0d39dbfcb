import { formatBytes, formatDuration, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";
import { useShell } from "../shell";
import { useRuntimeWords } from "../strings/useRuntimeWords";
import { useStrings } from "../strings/useStrings";
import { unlessSecondClick } from "../unlessSecondClick";

/** What is loading, how far it is, and the way out. */
export function LoadingStrip() {
  const { loading: words } = useStrings();
  const loading = useApp((state) => state.loading);
  const cancelLoading = useApp((state) => state.cancelLoading);
  const isAsking = useApp((state) => state.looked?.isAsking === true);
  if (loading === null) return null;
  const { name, progress, isCancelling, isPaused, bytesPerSecond } = loading;
  const share = progress !== null && progress.totalBytes > 0 ? progress.doneBytes / progress.totalBytes : null;
  const known = progress === null ? words.opening : words.stages[progress.stage];
  const stage = isAsking ? words.asking : isPaused ? words.paused : known;
  const bytes =
    progress === null || share === null
      ? ""
      : words.of(formatBytes(progress.doneBytes), formatBytes(progress.totalBytes));
  return (
    <div className="loading">
      <div className="loading-body">
        <div className="loading-words">
          <span className="loading-line">
            <span className="loading-name">{name}</span>
            <span className="muted">{isCancelling ? words.cancelling : stage}</span>
          </span>
          <span className="loading-line number muted">
            <span>{bytes}</span>
            {progress !== null && bytesPerSecond !== null && bytesPerSecond > 0 && (
              <span>
                {words.rate(formatBytes(bytesPerSecond))},{" "}
                {words.left(
                  formatDuration(1000 * Math.ceil((progress.totalBytes - progress.doneBytes) / bytesPerSecond)),
                )}
              </span>
            )}
          </span>
        </div>
        <div
          role="progressbar"
          aria-label={words.name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
          aria-valuetext={
            share === null ? stage : `${formatPercent(Math.floor(share * 100) / 100)}, ${stage}, ${bytes}`
          }
          className="loading-bar"
          data-unknown={share === null}
        >
          <span style={{ inlineSize: `${(share ?? 1) * 100}%` }} />
        </div>
        <div className="loading-actions">
          {isAsking && <ShowFitButton />}
          <TakeOverButton />
          <PauseButton />
          <button type="button" className="button" disabled={isCancelling} onClick={() => void cancelLoading()}>
            {words.cancel}
          </button>
        </div>
        <DownloadNote />
      </div>
    </div>
  );
}

/** The question is on the Models tab, and another may be shown, or none. */
function ShowFitButton() {
  const { loading: words } = useStrings();
  const changeLayout = useApp((state) => state.changeLayout);
  const { setInspector } = useShell();
  return (
    <button
      type="button"
      className="button"
      onClick={() => {
        changeLayout({ tab: "models" });
        setInspector(true);
      }}
    >
      {words.showFit}
    </button>
  );
}

/** Only what can go on where it was can be held up. */
function PauseButton() {
  const { loading: words } = useStrings();
  const isPaused = useApp((state) => state.loading?.isPaused ?? false);
  const canPause = useApp((state) => state.loading?.progress?.download?.canResume ?? false);
  const pauseLoading = useApp((state) => state.pauseLoading);
  const resumeLoading = useApp((state) => state.resumeLoading);
  if (!canPause && !isPaused) return null;
  return (
    <button
      type="button"
      className="button"
      onClick={unlessSecondClick(() => void (isPaused ? resumeLoading() : pauseLoading()))}
    >
      {isPaused ? words.resume : words.pause}
    </button>
  );
}

/** Another tab has the model: it goes on waiting by itself, or takes it. */
function TakeOverButton() {
  const { loading: words } = useStrings();
  const isWaiting = useApp((state) => state.loading?.progress?.stage === "waiting");
  const takeOverLoading = useApp((state) => state.takeOverLoading);
  if (!isWaiting) return null;
  return (
    <button type="button" className="button" onClick={() => void takeOverLoading()}>
      {words.takeOver}
    </button>
  );
}

/** What a person should know of this download before it is too late. */
function DownloadNote() {
  const { loading: words } = useStrings();
  const say = useRuntimeWords();
  const download = useApp((state) => state.loading?.progress?.download ?? null);
  const heldSince = useApp((state) => state.loading?.progress?.heldSince ?? null);
  const isRetrying = useApp((state) => state.loading?.progress?.isRetrying === true);
  if (heldSince !== null) {
    const time = new Date(heldSince).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
    return <p className="loading-note hint">{words.heldSince(time)}</p>;
  }
  if (isRetrying) return <p className="loading-note hint">{words.retrying}</p>;
  if (download === null || (download.canResume && download.notKept === null)) return null;
  const { notKept } = download;
  return <p className="loading-note hint">{notKept === null ? words.noResume : words.notKept(say(notKept))}</p>;
}
