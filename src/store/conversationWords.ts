/** What is read out of a conversation: its prompt, its name, its place among others. */
import type { ChatMessage, Prompt } from "../shared/protocol";
import type { Conversation, Turn } from "./conversation";

/** An answer without any text, or one that is still to come: it has no place in a prompt. */
function cameToNothing(turn: Turn): boolean {
  return turn.role === "assistant" && turn.text === "" && turn.state !== "done";
}

/** True for a message of the person whose answer came to nothing: it stays on the page and out of the prompt. */
export function isUnanswered(path: readonly Turn[], index: number): boolean {
  const turn = path[index];
  const next = path[index + 1];
  return turn?.role === "user" && next !== undefined && next.state !== "streaming" && cameToNothing(next);
}

/** The turns that a prompt is made of; the last one is what is answered or continued. */
export function turnsInPrompt(path: readonly Turn[]): readonly Turn[] {
  return path.filter((turn, index) => {
    const isLast = index === path.length - 1;
    return isLast || !(cameToNothing(turn) || isUnanswered(path, index));
  });
}

export interface PromptOptions {
  readonly hasChatTemplate: boolean;
  /** Null: not for the prompt to say. */
  readonly thinks: boolean | null;
  /** Under which the model knows a picture; those it does not know are left out. */
  readonly hashOf: (pictureId: string) => string | undefined;
}

/**
 * For a path that ends with the message to answer, or with the answer to continue. With a template: the whole
 * conversation. A base model continues the last text, each message beginning afresh.
 */
export function buildPrompt(
  path: readonly Turn[],
  systemPrompt: string,
  { hasChatTemplate, thinks, hashOf }: PromptOptions,
): Prompt {
  if (!hasChatTemplate) {
    const last = path.at(-1);
    const before = last?.role === "assistant" ? (path.at(-2)?.text ?? "") : "";
    return { kind: "text", text: before + (last?.text ?? "") };
  }
  const said = turnsInPrompt(path).map(({ role, text, images }): ChatMessage => {
    const hashes = images.map(hashOf).filter((hash) => hash !== undefined);
    return { role, content: text, ...(hashes.length > 0 && { images: hashes }) };
  });
  return chatPrompt(systemPrompt, said, thinks);
}

/** What a model with a template is given to read. */
export function chatPrompt(
  systemPrompt: string,
  said: readonly ChatMessage[],
  thinks: PromptOptions["thinks"],
): Prompt {
  const system: ChatMessage[] = systemPrompt.trim() === "" ? [] : [{ role: "system", content: systemPrompt }];
  return { kind: "chat", messages: [...system, ...said], ...(thinks !== null && { thinks }) };
}

/** Whether a turn is a piece of one text with its neighbour; `isBase` says so where nothing tells it. */
export function isCompletion(path: readonly Turn[], index: number, isBase: boolean): boolean {
  const turn = path[index];
  const answer = turn?.role === "assistant" ? turn : path[index + 1];
  return answer?.answer?.isCompletion ?? isBase;
}

const TITLE_LENGTH = 60;

/** Null: nothing to call it by. */
export function titleOf(conversation: Conversation): string | null {
  if (conversation.title !== null) return conversation.title;
  const first = conversation.turns.find((turn) => turn.role === "user" && turn.text.trim() !== "");
  const line = first?.text.trim().split("\n", 1)[0]?.trim() ?? "";
  if (line === "") return null;
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…`;
}

/** Nothing in it that anyone could miss. */
export function isEmptyConversation({ turns, title, systemPrompt }: Conversation): boolean {
  return turns.length === 0 && title === null && systemPrompt.trim() === "";
}

/** Pinned first, then the one that was used last. */
export function sortConversations(conversations: Iterable<Conversation>): Conversation[] {
  return [...conversations].sort(
    (a, b) => Number(b.isPinned) - Number(a.isPinned) || b.updatedAt - a.updatedAt || b.createdAt - a.createdAt,
  );
}
