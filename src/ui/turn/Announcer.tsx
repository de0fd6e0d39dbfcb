import { useRef } from "react";
import type { AppState } from "../../store/appStore";
import { useApp } from "../appContext";
import { splitSentences } from "./sentences";

interface Heard {
  turnId: string | null;
  /** Where the first sentence begins that was not said yet. */
  from: number;
  sentences: readonly string[];
}

/** What is on screen while it is said; older sentences have been heard. */
const KEPT_SENTENCES = 4;

/** Marks that a reader would spell out. */
function spoken(sentence: string): string {
  return sentence
    .replace(/```\S*|<\/?think>|[#>|]+/g, " ")
    .replace(/[*_`]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * Tells screen readers the answer under way, a sentence at a time instead of a token at a time. Renders only when a
 * sentence is complete.
 */
export function Announcer() {
  const heard = useRef<Heard>({ turnId: null, from: 0, sentences: [] });
  const sentences = useApp((state) => listen(heard.current, state));
  return (
    <div className="visually-hidden" aria-live="polite" aria-relevant="additions">
      {sentences.map((sentence, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences are only ever added at the end
        <span key={index}>{index < sentences.length - KEPT_SENTENCES ? "" : `${sentence} `}</span>
      ))}
    </div>
  );
}

function listen(heard: Heard, { streaming, turns }: AppState): readonly string[] {
  if (streaming === null) {
    if (heard.turnId === null) return heard.sentences;
    const rest = turns.find((turn) => turn.id === heard.turnId)?.text.slice(heard.from) ?? "";
    heard.turnId = null;
    add(heard, splitSentences(`${rest}\n`).finished);
    return heard.sentences;
  }
  if (streaming.turnId !== heard.turnId) {
    // An answer that is continued has been heard up to here.
    Object.assign(heard, { turnId: streaming.turnId, from: streaming.text.length, sentences: [] });
  }
  const { finished } = splitSentences(streaming.text.slice(heard.from));
  heard.from += finished.join("").length;
  add(heard, finished);
  return heard.sentences;
}

function add(heard: Heard, sentences: readonly string[]): void {
  const words = sentences.map(spoken).filter((sentence) => sentence !== "");
  if (words.length > 0) heard.sentences = [...heard.sentences, ...words];
}
