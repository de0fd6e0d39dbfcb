import { useApp } from "../appContext";
import { LoadingStrip } from "../model/LoadingStrip";
import { useShell } from "../shell";
import { StatusStrip } from "../statistics/StatusStrip";
import { useStrings } from "../strings/useStrings";
import { Announcer } from "../turn/Announcer";
import { Composer } from "./Composer";
import { EmptyState } from "./EmptyState";
import { NoticeBar } from "./NoticeBar";
import { NoWebGpu } from "./NoWebGpu";
import { RecordedNote } from "./RecordedNote";
import { Transcript } from "./Transcript";
import { UndoBar } from "./UndoBar";

export function Chat() {
  const { composer } = useStrings();
  const { isPhone, isInspectorOpen } = useShell();
  const isUnavailable = useApp((state) => state.device.status === "unavailable");
  const chatId = useApp((state) => state.chat.id);
  const sought = useApp((state) => (state.sought?.chatId === state.chat.id ? state.sought.count : 0));
  const isRecorded = useApp((state) => state.isRecorded);
  const isEmpty = useApp((state) => state.turns.length === 0);
  return (
    <section className="chat" aria-label={composer.chat}>
      {!(isPhone && isInspectorOpen) && (
        <>
          <LoadingStrip />
          <NoticeBar />
        </>
      )}
      {isEmpty ? (
        <div className="chat-scroll chat-empty">{isUnavailable ? <NoWebGpu /> : <EmptyState />}</div>
      ) : (
        <Transcript key={`${chatId} ${sought}`} chatId={chatId} />
      )}
      <UndoBar />
      {isRecorded ? <RecordedNote /> : (!isUnavailable || !isEmpty) && <Composer />}
      <StatusStrip />
      <Announcer />
    </section>
  );
}
