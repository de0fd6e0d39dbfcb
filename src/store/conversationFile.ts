/** Chats as files: JSON that comes back whole, and Markdown to read. */
import { VitrineError } from "../shared/errors";
import { type Conversation, pathOf } from "./conversation";
import { titleOf } from "./conversationWords";
import { CONVERSATION_VERSION, readConversation } from "./readConversation";
import { isFields, readList } from "./reading";

const FORMAT = "vitrine-chats";

/** A conversation as it is stored and exported. */
export function toRecord(conversation: Conversation): object {
  return { version: CONVERSATION_VERSION, ...conversation };
}

export function toJson(conversations: readonly Conversation[], exportedAt: Date): string {
  const chats = conversations.map(toRecord);
  return `${JSON.stringify({ format: FORMAT, exportedAt: exportedAt.toISOString(), chats }, null, 2)}\n`;
}

/**
 * Our own export, a single chat of it, or a plain list of messages with role and content.
 * @throws InvalidFileError; then nothing of the file is taken
 */
export function fromJson(text: string): Conversation[] {
  const value = parse(text);
  if (Array.isArray(value)) return [readConversation({ messages: value })];
  if (isFields(value) && value.format === FORMAT) {
    const chats = readList(value.chats, "chats").map(readConversation);
    if (chats.length === 0) throw new VitrineError("InvalidFileError", "The file holds no chats.");
    return chats;
  }
  if (isFields(value) && ("turns" in value || "messages" in value)) return [readConversation(value)];
  throw new VitrineError("InvalidFileError", "The file is not an export of chats: it has neither chats nor messages.");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VitrineError("InvalidFileError", `The file is not JSON: ${reason}`, { cause });
  }
}

export interface MarkdownNames {
  readonly untitled: string;
  readonly system: string;
  readonly user: string;
  readonly assistant: string;
}

/** The branch on the page. */
export function toMarkdown(conversation: Conversation, names: MarkdownNames): string {
  const parts = [`# ${titleOf(conversation) ?? names.untitled}`];
  if (conversation.systemPrompt.trim() !== "") parts.push(`## ${names.system}`, conversation.systemPrompt.trim());
  for (const { role, text, answer } of pathOf(conversation)) {
    const model = answer === null ? "" : ` (${answer.model}, ${answer.level})`;
    parts.push(`## ${names[role]}${model}`, text.trim());
  }
  return `${parts.join("\n\n")}\n`;
}

/** Letters and digits of any script, the rest as dashes. */
export function fileNameOf(title: string): string {
  const name = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "chat" : name.slice(0, 60);
}
