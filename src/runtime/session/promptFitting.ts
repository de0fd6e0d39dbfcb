/** Which tokens to give up when a conversation outgrows the cache: whole turns, the oldest first. */
import type { ChatMessage, GenerateRequest } from "../../shared/protocol";
import type { PromptItem } from "./promptItems";

/**
 * What to read, prompt and the answer so far, after giving up the `dropped` oldest pieces; null when there is nothing
 * more to give up.
 */
export type PromptAt = (dropped: number, answer: readonly number[]) => readonly PromptItem[] | null;

/** Drops the oldest turns, never the system message and never the last message. */
export function chatPrompt(
  messages: readonly ChatMessage[],
  encode: (kept: readonly ChatMessage[]) => PromptItem[],
): PromptAt {
  const system = messages.filter((message) => message.role === "system");
  const turns = messages.filter((message) => message.role !== "system");
  return (dropped, answer) => {
    // A conversation begins with the person: an answer whose question is gone goes too.
    let first = 0;
    for (let i = 0; i < dropped; i++) {
      first++;
      while (first < turns.length && turns[first]?.role === "assistant") first++;
    }
    return first < turns.length ? [...encode([...system, ...turns.slice(first)]), ...answer] : null;
  };
}

/** Tokens kept at the beginning of a plain text: models lean on the first ones (attention sinks). */
const KEPT_FIRST = 4;

/** Drops a quarter of the capacity at a time, after the first tokens; prompt and answer are one text. */
export function textPrompt(ids: readonly PromptItem[], capacity: number): PromptAt {
  const piece = Math.max(1, Math.floor(capacity / 4));
  return (dropped, answer) => {
    const whole = [...ids, ...answer];
    const removed = dropped * piece;
    if (removed === 0) return whole;
    const rest = whole.slice(KEPT_FIRST + removed);
    return rest.length > 0 ? [...whole.slice(0, KEPT_FIRST), ...rest] : null;
  };
}

/** The first way to leave `room` tokens beside prompt and answer, giving up as little as possible; null when none does. */
export function fitPrompt(
  promptAt: PromptAt,
  from: number,
  answer: readonly number[],
  room: number,
  capacity: number,
): { ids: readonly PromptItem[]; dropped: number } | null {
  for (let dropped = from; ; dropped++) {
    const ids = promptAt(dropped, answer);
    if (ids === null) return null;
    if (ids.length + room <= capacity) return { ids, dropped };
  }
}

/** The prompt of an answer that begins: with room for `reserve` tokens, or where nothing leaves that, with all the room there is. */
export function firstFit(
  promptAt: PromptAt,
  answer: readonly number[],
  reserve: number,
  capacity: number,
): ReturnType<typeof fitPrompt> {
  const roomy = fitPrompt(promptAt, 0, answer, reserve, capacity);
  if (roomy !== null) return roomy;
  let least = fitPrompt(promptAt, 0, answer, 0, capacity);
  for (let next = least; next !== null; next = fitPrompt(promptAt, next.dropped + 1, answer, 0, capacity)) least = next;
  return least;
}

/** Tokens an answer finds room for where the oldest turns may go. */
export function reservedRoom(
  { maxNewTokens, atCapacity }: Pick<GenerateRequest, "maxNewTokens" | "atCapacity">,
  capacity: number,
): number {
  return atCapacity === "drop-oldest" ? Math.min(maxNewTokens, Math.max(1, Math.floor(capacity / 4))) : 0;
}

/** What was in the cache when one token of an answer was drawn. */
export interface FittedText {
  /** Prompt and answer, as far as the answer went before something was dropped again. */
  readonly ids: readonly PromptItem[];
  /** Where the answer's first token would stand in `ids`; below 0 where it was dropped itself. */
  readonly answerAt: number;
}

/**
 * Follows an answer through everything that was dropped while it was written, as far as its token `index`. Null: there
 * is no room for it in a cache of this capacity.
 */
export function textAround(
  promptAt: PromptAt,
  answer: readonly number[],
  index: number,
  fitting: Pick<GenerateRequest, "maxNewTokens" | "atCapacity">,
  capacity: number,
): FittedText | null {
  const dropping = fitting.atCapacity === "drop-oldest";
  const reserve = reservedRoom(fitting, capacity);
  let fitted = firstFit(promptAt, [], reserve, dropping ? capacity : Infinity);
  let written = 0;
  while (fitted !== null) {
    // The last token drawn takes no place: nothing is computed from it.
    const room = capacity - fitted.ids.length;
    const answerAt = fitted.ids.length - written;
    if (index <= written + room || !dropping) {
      return { ids: [...fitted.ids, ...answer.slice(written, written + Math.max(0, room))], answerAt };
    }
    written += room + 1;
    fitted = fitPrompt(promptAt, fitted.dropped + 1, answer.slice(0, written), reserve, capacity);
  }
  return null;
}
