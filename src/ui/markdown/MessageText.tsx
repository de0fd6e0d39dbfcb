import { lazy, Suspense, useMemo } from "react";
import { Icon } from "../Icon";
import { useStrings } from "../strings/useStrings";
import { PlainOnError } from "./PlainOnError";
import { splitThinking } from "./splitThinking";

const Markdown = lazy(() => import("./Markdown"));

/** Fetches what answers need while the first one is being computed. */
export function preloadMarkdown(): void {
  void import("./Markdown");
}

function Prose({ text }: { text: string }) {
  return (
    <PlainOnError text={text}>
      <Suspense
        fallback={
          <div className="plain" data-loading>
            {text}
          </div>
        }
      >
        <Markdown text={text} />
      </Suspense>
    </PlainOnError>
  );
}

interface MessageTextProps {
  readonly text: string;
  /** A base model continues a text, and its text is shown letter by letter as it is. */
  readonly isPlain: boolean;
  readonly isStreaming?: boolean;
  /** The text begins inside of a thought. */
  readonly isInThought?: boolean;
}

export function MessageText({ text, isPlain, isStreaming = false, isInThought = false }: MessageTextProps) {
  const { turn } = useStrings();
  const parts = useMemo(() => splitThinking(text, isInThought), [text, isInThought]);
  // A thought that was broken off is one.
  const isThinking = parts.isThinking && isStreaming;
  if (isPlain) {
    return (
      <div className="turn-text plain" dir="auto">
        {text}
      </div>
    );
  }
  return (
    <div className="turn-text" dir="auto">
      {parts.thinking !== null && (
        <details className="thinking">
          <summary>
            <Icon name="thinking" />
            {isThinking ? turn.thinking : turn.thought}
            {isThinking && <span className="pulse" aria-hidden="true" />}
          </summary>
          <Prose text={parts.thinking} />
        </details>
      )}
      {parts.spoken !== "" && <Prose text={parts.spoken} />}
    </div>
  );
}
