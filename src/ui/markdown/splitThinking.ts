/** An answer of a model that thinks aloud before it speaks. */
export interface ThinkingParts {
  /** Null: it did not think. */
  readonly thinking: string | null;
  readonly isThinking: boolean;
  readonly spoken: string;
}

const OPEN = "<think>";
const CLOSE = "</think>";

/** @param isInside the template opened the block itself, so that the answer begins inside of it */
export function splitThinking(text: string, isInside = false): ThinkingParts {
  const start = text.trimStart();
  const isOpened = start.startsWith(OPEN);
  // One within code is spoken of, not said.
  const end = text.search(isOpened ? CLOSE : /(?<!`)<\/think>(?!`)/);
  if (end >= 0) {
    const inside = text.slice(0, end).trimStart();
    const thinking = (isOpened ? inside.slice(OPEN.length) : inside).trim();
    const spoken = text.slice(end + CLOSE.length).trimStart();
    return { thinking: thinking === "" ? null : thinking, isThinking: false, spoken };
  }
  if (isOpened) return { thinking: start.slice(OPEN.length).trimStart(), isThinking: true, spoken: "" };
  if (isInside && start !== "") return { thinking: start, isThinking: true, spoken: "" };
  return { thinking: null, isThinking: false, spoken: text };
}
