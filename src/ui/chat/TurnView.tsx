import { memo } from "react";
import { formatTokenRate, formatTokens } from "../../shared/units";
import type { Answer, Turn } from "../../store/chatTurns";
import { useApp } from "../appContext";
import { decodeRate, END_REASONS } from "../statistics/answerNumbers";
import { AnswerText, StreamingText } from "./AnswerText";
import { ReloadModelButton } from "./ReloadModelButton";

interface TurnProps {
  readonly turn: Turn;
  readonly isNewest: boolean;
}

export const TurnView = memo(function TurnView({ turn, isNewest }: TurnProps) {
  const isUser = turn.role === "user";
  return (
    <article className="turn" aria-label={isUser ? "You" : "Assistant"} data-role={turn.role} data-state={turn.state}>
      {turn.state === "streaming" ? (
        <StreamingText />
      ) : isNewest && turn.text !== "" ? (
        <AnswerText text={turn.text} isComplete={true} />
      ) : (
        turn.text !== "" && (
          <div className="turn-text" dir="auto">
            {turn.text}
          </div>
        )
      )}
      {turn.error !== null && <TurnError turn={turn} />}
      {turn.answer !== null && turn.state !== "error" && <AnswerLine answer={turn.answer} />}
      {isUser && !turn.isInPrompt && <p className="turn-line">Not part of the conversation: it got no answer.</p>}
    </article>
  );
});

/** Only the newest error is announced; older ones stay readable. */
function TurnError({ turn }: { turn: Turn }) {
  const isNewestError = useApp((state) => state.alertTurn === turn.id);
  if (turn.error === null) return null;
  return (
    <div className="turn-error">
      <div role={isNewestError ? "alert" : undefined} data-error={turn.error.name}>
        {turn.error.message}
      </div>
      {isNewestError && turn.error.name === "DeviceLostError" && <ReloadModelButton />}
    </div>
  );
}

function AnswerLine({ answer }: { answer: Answer }) {
  const { stats, endReason, seed } = answer;
  const rate = decodeRate(stats);
  const parts = [
    formatTokens(stats.generatedTokens),
    rate === null ? null : formatTokenRate(rate),
    endReason === null ? null : END_REASONS[endReason],
    seed === null ? null : `seed ${seed}`,
  ];
  return <p className="turn-line">{parts.filter((part) => part !== null).join(" · ")}</p>;
}
