import { lazy, memo, Suspense, useRef } from "react";
import type { Turn } from "../../store/conversation";
import { turnsInPrompt } from "../../store/conversationWords";
import { useApp } from "../appContext";
import { ReloadModelButton } from "../chat/ReloadModelButton";
import { ErrorWords } from "../ErrorWords";
import { TurnPictures } from "../image/TurnPictures";
import { MessageText } from "../markdown/MessageText";
import { useStrings } from "../strings/useStrings";
import { AnswerDetails } from "./AnswerDetails";
import { StreamingText } from "./StreamingText";
import { TurnActions } from "./TurnActions";
import { TurnEditor } from "./TurnEditor";

const StreamingUnderlines = lazy(() => import("../nextToken/StreamingUnderlines"));
const TokenUnderlines = lazy(() => import("../nextToken/TokenUnderlines"));

interface TurnProps {
  readonly turn: Turn;
  readonly isNewest: boolean;
  readonly isUnanswered: boolean;
  /** A piece of one text, which a base model continues: no Markdown, no bubble. */
  readonly isPlain: boolean;
}

export const TurnView = memo(function TurnView({ turn, isNewest, isUnanswered, isPlain }: TurnProps) {
  const strings = useStrings().turn;
  const edit = useApp((state) => state.edits[turn.id]);
  const setEdit = useApp((state) => state.setEdit);
  const isEditing = edit !== undefined;
  const article = useRef<HTMLElement>(null);
  const isReading = useApp((state) => state.layout.isReading);
  const isUser = turn.role === "user";
  const isStreaming = turn.state === "streaming";
  const foot = !isStreaming && !isEditing && (
    <div className="turn-foot">
      {!isUser && <AnswerDetails turn={turn} />}
      <TurnActions turn={turn} isNewest={isNewest} onEdit={() => setEdit(turn.id, turn.text)} />
    </div>
  );
  const isFootFirst = isPlain && isUser;
  return (
    <article
      ref={article}
      className="turn"
      aria-label={isUser ? strings.you : strings.assistant}
      data-role={turn.role}
      data-state={turn.state}
      data-view={isPlain ? "completion" : "chat"}
      data-newest={isNewest}
      data-turn={turn.id}
    >
      {isFootFirst && foot}
      {!isEditing && <TurnPictures turn={turn} />}
      {isEditing ? (
        <TurnEditor turn={turn} text={edit} />
      ) : isStreaming ? (
        <StreamingText isPlain={isPlain} />
      ) : (
        turn.text !== "" && (
          <MessageText text={turn.text} isPlain={isUser || isPlain} isInThought={turn.answer?.opensThought} />
        )
      )}
      {isStreaming && !isReading && (
        <Suspense>
          <StreamingUnderlines article={article} />
        </Suspense>
      )}
      {turn.answer !== null && !isStreaming && !isEditing && !isReading && (
        <Suspense>
          <TokenUnderlines turn={turn} article={article} />
        </Suspense>
      )}
      {turn.error !== null && !isStreaming && <TurnError turn={turn} />}
      {isUnanswered && <p className="turn-line">{strings.unanswered}</p>}
      {!isFootFirst && foot}
    </article>
  );
});

/** The message of this answer is not the first that the model would read. */
function canDrop(turns: readonly Turn[], { id, parentId }: Turn): boolean {
  const upTo = turns.slice(
    0,
    turns.findIndex((turn) => turn.id === id),
  );
  return turnsInPrompt(upTo).some((turn) => turn.role === "user" && turn.id !== parentId);
}

/** Where there is something to drop, and it was not tried yet. */
function DropOldestButton({ turn }: { turn: Turn }) {
  const { contextNext } = useStrings();
  const isPossible = useApp(
    ({ settings, turns, model, streaming }) =>
      settings.atCapacity === "stop" &&
      model !== null &&
      streaming === null &&
      (!model.report.hasChatTemplate || canDrop(turns, turn)),
  );
  const answerDropping = useApp((state) => state.answerDropping);
  if (!isPossible) return null;
  return (
    <button type="button" className="button" onClick={() => void answerDropping(turn.id)}>
      {contextNext.dropNow}
    </button>
  );
}

/** Only the newest error is announced; older ones stay readable. */
function TurnError({ turn }: { turn: Turn }) {
  const isNewestError = useApp((state) => state.alertTurn === turn.id);
  if (turn.error === null) return null;
  return (
    <div className="turn-error">
      <div role={isNewestError ? "alert" : undefined} data-error={turn.error.name}>
        <ErrorWords error={turn.error} />
      </div>
      {isNewestError && turn.error.name === "DeviceLostError" && <ReloadModelButton />}
      {isNewestError && turn.error.name === "ContextOverflowError" && <DropOldestButton turn={turn} />}
    </div>
  );
}
