import { useRef } from "react";
import type { AppState } from "../../store/appStore";
import { useApp } from "../appContext";
import { splitThinking } from "../markdown/splitThinking";
import { useStrings } from "../strings/useStrings";
import { splitSentences } from "./sentences";

interface Heard {
  turnId: string | null;
  /** A thought is folded away for eyes, too: that there is one is said. */
  hasThought: boolean;
  /** Of what is said aloud: where the first sentence begins that was not said yet. */
  from: number;
  sentences: readonly string[];
}

/** What is on screen while it is said; older sentences have been heard. */
const KEPT_SENTENCES = 4;

/** Marks that a reader would spell out. */
function spoken(sentence: string): string {
  return sentence
    .replace(/```\S*|[#>|]+/g, " ")
    .replace(/[*_`]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * Tells screen readers the answer under way, a sentence at a time instead of a token at a time. Renders only when a
 * sentence is complete.
 */
export function Announcer() {
  const heard = useRef<Heard>({ turnId: null, hasThought: false, from: 0, sentences: [] });
  const { thinking } = useStrings().turn;
  const sentences = useApp((state) => listen(heard.current, state, thinking));
  return (
    <div className="visually-hidden" aria-live="polite" aria-relevant="additions">
      {sentences.map((sentence, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences are only ever added at the end
        <span key={index}>{index < sentences.length - KEPT_SENTENCES ? "" : `${sentence} `}</span>
      ))}
    </div>
  );
}

function listen(heard: Heard, { streaming, turns }: AppState, thinking: string): readonly string[] {
  if (streaming === null) {
    if (heard.turnId === null) return heard.sentences;
    const turn = turns.find(({ id }) => id === heard.turnId);
    const whole = splitThinking(turn?.text ?? "", turn?.answer?.opensThought).spoken;
    heard.turnId = null;
    add(heard, splitSentences(`${whole.slice(heard.from)}\n`).finished);
    return heard.sentences;
  }
  const parts = splitThinking(streaming.text, streaming.opensThought);
  if (streaming.turnId !== heard.turnId) {
    // An answer that is continued has been heard up to here.
    const { spoken } = parts;
    Object.assign(heard, { turnId: streaming.turnId, hasThought: false, from: spoken.length, sentences: [] });
  }
  if (parts.isThinking && !heard.hasThought) {
    heard.hasThought = true;
    add(heard, [thinking]);
  }
  const { finished } = splitSentences(parts.spoken.slice(heard.from));
  heard.from += finished.join("").length;
  add(heard, finished);
  return heard.sentences;
}

function add(heard: Heard, sentences: readonly string[]): void {
  const words = sentences.map(spoken).filter((sentence) => sentence !== "");
  if (words.length > 0) heard.sentences = [...heard.sentences, ...words];
}
