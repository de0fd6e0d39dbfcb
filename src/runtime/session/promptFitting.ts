/** Which tokens to give up when a conversation outgrows the cache: whole turns, the oldest first. */
import type { ChatMessage } from "../../shared/protocol";

/** Prompt ids after giving up the `dropped` oldest pieces, or null when there is nothing more to give up. */
export type PromptAt = (dropped: number) => readonly number[] | null;

/** Drops the oldest turns, never the system message and never the last message. */
export function chatPrompt(
  messages: readonly ChatMessage[],
  encode: (kept: readonly ChatMessage[]) => number[],
): PromptAt {
  const system = messages.filter((message) => message.role === "system");
  const turns = messages.filter((message) => message.role !== "system");
  return (dropped) => {
    // A conversation begins with the person: an answer whose question is gone goes too.
    let first = 0;
    for (let i = 0; i < dropped; i++) {
      first++;
      while (first < turns.length && turns[first]?.role === "assistant") first++;
    }
    return first < turns.length ? encode([...system, ...turns.slice(first)]) : null;
  };
}

/** Tokens kept at the beginning of a plain text: models lean on the first ones (attention sinks). */
const KEPT_FIRST = 4;

/** Drops a quarter of the capacity at a time, after the first tokens. */
export function textPrompt(ids: readonly number[], capacity: number): PromptAt {
  const piece = Math.max(1, Math.floor(capacity / 4));
  return (dropped) => {
    const removed = dropped * piece;
    if (removed === 0) return ids;
    return ids.length > KEPT_FIRST + removed ? [...ids.slice(0, KEPT_FIRST), ...ids.slice(KEPT_FIRST + removed)] : null;
  };
}

/** The first way to fit `extra` tokens beside the prompt, giving up as little as possible; null when none fits. */
export function fitPrompt(
  promptAt: PromptAt,
  from: number,
  extra: number,
  capacity: number,
): { ids: readonly number[]; dropped: number } | null {
  for (let dropped = from; ; dropped++) {
    const ids = promptAt(dropped);
    if (ids === null) return null;
    if (ids.length + extra <= capacity) return { ids, dropped };
  }
}
