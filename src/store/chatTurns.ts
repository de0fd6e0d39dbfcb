/** Turns of a conversation and what becomes of them in a prompt. */
import type { ChatMessage, EndReason, GenerationStats, Prompt } from "../shared/protocol";
import type { ErrorInfo } from "./errorInfo";

export type TurnState = "streaming" | "done" | "stopped" | "error";

export interface Answer {
  readonly stats: GenerationStats;
  /** Null while it is being generated, or when it broke off with an error. */
  readonly endReason: EndReason | null;
  /** Null when nothing was drawn: greedy. */
  readonly seed: number | null;
}

export interface Turn {
  readonly id: number;
  readonly role: "user" | "assistant";
  /** Of a streaming turn: empty; the text so far lives in `streaming`. */
  readonly text: string;
  readonly state: TurnState;
  /** False for an exchange that came to nothing: it stays on the page and out of the prompt. */
  readonly isInPrompt: boolean;
  readonly error: ErrorInfo | null;
  readonly answer: Answer | null;
}

/** With a template the whole conversation; a base model gets the message alone and continues it. */
export function buildPrompt(turns: readonly Turn[], message: string, hasChatTemplate: boolean): Prompt {
  if (!hasChatTemplate) return { kind: "text", text: message };
  const past = turns.filter((turn) => turn.isInPrompt).map(({ role, text }): ChatMessage => ({ role, content: text }));
  return { kind: "chat", messages: [...past, { role: "user", content: message }] };
}

/** The newest pair, with the answer changed; an exchange without any answer leaves the prompt. */
export function endExchange(turns: readonly Turn[], answerId: number, change: Partial<Turn>): readonly Turn[] {
  const index = turns.findIndex((turn) => turn.id === answerId);
  const isInPrompt = (change.text ?? "") !== "" || change.state === "done";
  return turns.map((turn, i) => {
    if (i === index) return { ...turn, ...change, isInPrompt };
    if (i === index - 1) return { ...turn, isInPrompt };
    return turn;
  });
}
