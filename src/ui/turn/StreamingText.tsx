import { useApp } from "../appContext";
import { MessageText } from "../markdown/MessageText";
import { useStrings } from "../strings/useStrings";

/** The prompt is said to be read only when that takes a moment. */
const LONG_PROMPT = 64;

/** The only component that renders with every frame of text. */
export function StreamingText({ isPlain }: { isPlain: boolean }) {
  const { turn } = useStrings();
  const text = useApp((state) => state.streaming?.text ?? "");
  const isInThought = useApp((state) => state.streaming?.opensThought ?? false);
  const prefill = useApp((state) => state.streaming?.prefill ?? null);
  if (text !== "") return <MessageText text={text} isPlain={isPlain} isInThought={isInThought} isStreaming />;
  const isLong = prefill !== null && prefill.totalTokens > LONG_PROMPT;
  return (
    <p className="turn-waiting">
      <span className="pulse" aria-hidden="true" />
      {isLong ? turn.readingTokens(prefill.doneTokens, prefill.totalTokens) : turn.reading}
    </p>
  );
}
