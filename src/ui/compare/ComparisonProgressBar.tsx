import { formatPercent } from "../../shared/units";
import type { ComparisonProgress } from "../../store/compareSlice";
import { ShareBar } from "../panels/ShareBar";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";

export function ComparisonProgressBar({
  progress,
  isPaused,
}: {
  progress: ComparisonProgress | null;
  isPaused: boolean;
}) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const share = progress === null ? 0 : Math.floor(progress.share * 100) / 100;
  const words =
    progress === null
      ? compare.preparing
      : compare.stages[progress.stage](nameOf(progress.contender), formatPercent(share));
  return (
    <div className="compare-progress">
      <ShareBar share={progress?.share ?? 0} label={compare.progress} text={words} />
      <p className="hint">{isPaused ? compare.paused(words) : words}</p>
    </div>
  );
}
