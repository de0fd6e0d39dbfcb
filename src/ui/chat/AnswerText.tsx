import { useMemo } from "react";
import { useApp } from "../appContext";
import { splitSentences } from "./sentences";

/**
 * The answer under way. Only whole sentences enter the live region, so that a screen reader speaks sentences and not
 * tokens; the last words follow when the answer is complete.
 */
export function AnswerText({ text, isComplete }: { text: string; isComplete: boolean }) {
  const { finished, rest } = useMemo(() => splitSentences(text), [text]);
  const spoken = isComplete && rest !== "" ? [...finished, rest] : finished;
  return (
    <div className="turn-text" dir="auto">
      <span aria-live="polite" aria-relevant="additions">
        {spoken.map((sentence, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences are only ever added at the end
          <span key={index}>{sentence}</span>
        ))}
      </span>
      {!isComplete && <span>{rest}</span>}
    </div>
  );
}

/** The only component that renders with every frame of text. */
export function StreamingText() {
  const text = useApp((state) => state.streaming?.text ?? "");
  const prefill = useApp((state) => state.streaming?.prefill ?? null);
  if (text !== "") return <AnswerText text={text} isComplete={false} />;
  const isLong = prefill !== null && prefill.totalTokens > 64;
  return (
    <p className="turn-waiting">
      <span className="pulse" aria-hidden="true" />
      {isLong ? `Reading token ${prefill.doneTokens} of ${prefill.totalTokens}` : "Reading"}
    </p>
  );
}
