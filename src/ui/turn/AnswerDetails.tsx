import { formatDuration, formatTokenRate, formatTokens } from "../../shared/units";
import { repeatsBranch, type Turn } from "../../store/conversation";
import { drawsTokens } from "../../store/samplingSlice";
import { useApp } from "../appContext";
import { CopyButton } from "../CopyButton";
import { useLevelName } from "../model/levelName";
import { decodeRate, prefillRate } from "../statistics/answerNumbers";
import { useStrings } from "../strings/useStrings";

/** One line of numbers under an answer; opened, all that is known of how it came about. */
export function AnswerDetails({ turn }: { turn: Turn }) {
  const { turn: strings } = useStrings();
  const levelName = useLevelName();
  const isRepeated = useApp((state) => repeatsBranch(state.chat, turn));
  const { answer } = turn;
  if (answer === null) return turn.isEdited ? <p className="turn-line">{strings.edited}</p> : null;
  const { stats, endReason, seed, settings, model, level, ids } = answer;
  const rate = decodeRate(stats);
  const short = [
    formatTokens(stats.generatedTokens),
    rate === null ? null : formatTokenRate(rate),
    endReason === null ? strings.interrupted : strings.ends[endReason],
    seed === null ? null : strings.seed(seed),
    seed !== null || settings === null || drawsTokens(settings) ? null : strings.greedy,
    isRepeated ? strings.repeats : null,
  ];
  const long = [
    `${model}, ${levelName(level)}`,
    strings.promptTokens(formatTokens(stats.promptTokens)),
    strings.prefill(formatTokenRate(prefillRate(stats))),
    stats.generatedTokens === 0 ? null : strings.firstToken(formatDuration(stats.firstTokenMs)),
  ];
  return (
    <details className="turn-details">
      <summary className="turn-line">{short.filter((part) => part !== null).join(" · ")}</summary>
      <p className="turn-line">{long.filter((part) => part !== null).join(" · ")}</p>
      <div className="token-ids">
        <p className="turn-line">{ids.length === 0 ? strings.noTokens : strings.rawTokens}</p>
        {ids.length > 0 && (
          <>
            <CopyButton label={strings.rawTokens} text={ids.join(" ")} />
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <code tabIndex={0}>{ids.join(" ")}</code>
          </>
        )}
      </div>
    </details>
  );
}
