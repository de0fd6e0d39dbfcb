import { formatPercent } from "../../shared/units";
import type { ComparisonProgress } from "../../store/compareSlice";
import { useStrings } from "../strings/useStrings";
import { contenderName } from "./contenderName";

export function ComparisonProgressBar({
  progress,
  isPaused,
}: {
  progress: ComparisonProgress | null;
  isPaused: boolean;
}) {
  const { compare } = useStrings();
  const share = progress === null ? 0 : Math.floor(progress.share * 100) / 100;
  const words =
    progress === null
      ? compare.preparing
      : compare.stages[progress.stage](contenderName(progress.contender, compare), formatPercent(share));
  return (
    <div className="compare-progress">
      <div
        role="progressbar"
        aria-label={compare.progress}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={words}
        className="cache-bar"
      >
        <span style={{ inlineSize: `${share * 100}%` }} />
      </div>
      <p className="hint">{isPaused ? compare.paused(words) : words}</p>
    </div>
  );
}
