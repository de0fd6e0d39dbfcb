/** A chat as Markdown: to read, and to come back as far as Markdown says what it was. */
import { type Conversation, pathOf } from "./conversation";
import { titleOf } from "./conversationWords";
import { isFenceEnd, openedFence } from "./fences";
import type { Picture } from "./picture";

export interface MarkdownNames {
  readonly untitled: string;
  readonly system: string;
  readonly user: string;
  readonly assistant: string;
  /** A line in place of a picture, by its file's name. */
  readonly picture: (name: string) => string;
}

/** The branch on the page. Pictures are named, not contained. */
export function toMarkdown(
  conversation: Conversation,
  names: MarkdownNames,
  pictures: ReadonlyMap<string, Picture>,
): string {
  const parts = [`# ${titleOf(conversation) ?? names.untitled}`];
  if (conversation.systemPrompt.trim() !== "") parts.push(`## ${names.system}`, conversation.systemPrompt.trim());
  for (const { role, text, images, answer } of pathOf(conversation)) {
    const model = answer === null ? "" : ` (${answer.model}, ${answer.level})`;
    const shown = images.map((id) => `*${names.picture(plainText(pictures.get(id)?.name ?? ""))}*`);
    parts.push(`## ${names[role]}${model}`, ...shown, text.trim());
  }
  return `${parts.join("\n\n")}\n`;
}

/** Without what Markdown would read as its own. */
function plainText(name: string): string {
  return name.replace(/[\\`*_[\]<>]/g, "\\$&");
}

type Role = "system" | "user" | "assistant";

/** As the headings call them in any language of the page, and as others do. */
const ROLES: Readonly<Record<string, Role>> = {
  system: "system",
  "system prompt": "system",
  "system-prompt": "system",
  you: "user",
  du: "user",
  user: "user",
  assistant: "assistant",
  assistent: "assistant",
};

/** "Assistant (story, stored)": what answered is not known again. */
function roleOf(line: string): Role | null {
  const name = /^## ([^(]+?)(?: \(.*\))?\s*$/.exec(line)?.[1];
  return (name !== undefined && ROLES[name.toLowerCase()]) || null;
}

export interface MessageList {
  readonly title: string | null;
  readonly messages: readonly { readonly role: Role; readonly content: string }[];
}

/** The messages of a Markdown file that says with headings of the second rank who speaks; null for any other text. */
export function messagesOf(text: string): MessageList | null {
  const found: { role: Role; lines: string[] }[] = [];
  let title: string | null = null;
  let fence: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const role = fence === null ? roleOf(line) : null;
    if (fence === null) fence = openedFence(line);
    else if (isFenceEnd(line, fence)) fence = null;
    if (role !== null) found.push({ role, lines: [] });
    else if (found.length > 0) found.at(-1)?.lines.push(line);
    else title ??= /^# (.+)$/.exec(line)?.[1]?.trim() ?? null;
  }
  if (!found.some(({ role }) => role !== "system")) return null;
  return { title, messages: found.map(({ role, lines }) => ({ role, content: lines.join("\n").trim() })) };
}
