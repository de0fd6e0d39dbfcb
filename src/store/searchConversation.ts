/** Looks for words in a conversation, on whatever branch, and says where they stand. */
import { type Conversation, pathOf, type Turn } from "./conversation";
import { titleOf } from "./conversationWords";
import { findWords, fold, type Span } from "./foldText";

/** A turn with some of the words, and its text around the first of them. */
export interface FoundTurn {
  readonly turnId: string;
  readonly excerpt: readonly { readonly text: string; readonly isFound: boolean }[];
}

/** Turns that are shown of one chat. */
const MOST = 3;
const BEFORE = 24;
const AFTER = 72;

export function wordsOf(query: string): readonly string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

/** Turns never change, and folding a long chat at every key would be felt. */
const foldedTurns = new WeakMap<Turn, string>();

function foldedText(turn: Turn): string {
  const known = foldedTurns.get(turn) ?? fold(turn.text);
  foldedTurns.set(turn, known);
  return known;
}

/**
 * Every word has to occur somewhere in the chat; null where one does not. Turns with most of the words come first;
 * none where only title or system prompt hold them. A first turn that is the title is left out.
 */
export function searchConversation(chat: Conversation, words: readonly string[]): readonly FoundTurn[] | null {
  const about = fold(`${titleOf(chat) ?? ""}\n${chat.systemPrompt}`);
  const hits = chat.turns.map((turn) => {
    const text = foldedText(turn);
    return { turn, words: words.filter((word) => text.includes(word)) };
  });
  const isThere = (word: string): boolean => about.includes(word) || hits.some((hit) => hit.words.includes(word));
  if (!words.every(isThere)) return null;
  const title = titleOf(chat);
  const [first] = pathOf(chat);
  return hits
    .filter(({ turn, words: found }) => found.length > 0 && !(turn === first && turn.text.trim() === title))
    .sort((a, b) => b.words.length - a.words.length)
    .slice(0, MOST)
    .map(({ turn }) => ({ turnId: turn.id, excerpt: excerptOf(turn.text, findWords(turn.text, words)) }));
}

function excerptOf(text: string, spans: readonly Span[]): FoundTurn["excerpt"] {
  const first = spans[0]?.start ?? 0;
  const start = first <= BEFORE ? 0 : afterSpace(text, first - BEFORE, first);
  const end = Math.min(text.length, first + AFTER);
  const parts: { text: string; isFound: boolean }[] = [];
  const add = (from: number, to: number, isFound: boolean): void => {
    const words = text.slice(from, to).replace(/\s+/g, " ");
    if (words !== "") parts.push({ text: words, isFound });
  };
  let at = start;
  for (const span of spans.filter((one) => one.start < end)) {
    add(at, span.start, false);
    add(span.start, span.end, true);
    at = span.end;
  }
  add(at, Math.max(at, end), false);
  if (start > 0) parts.unshift({ text: "…", isFound: false });
  if (end < text.length) parts.push({ text: "…", isFound: false });
  return parts;
}

/** Behind the first space from `from` on, so that no word is cut; `limit` where there is none. */
function afterSpace(text: string, from: number, limit: number): number {
  const space = text.slice(from, limit).search(/\s/);
  return space < 0 ? limit : from + space + 1;
}
