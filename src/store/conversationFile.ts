/** Chats as JSON files that come back whole, pictures included. */
import { VitrineError } from "../shared/errors";
import type { Conversation } from "./conversation";
import { messagesOf } from "./conversationMarkdown";
import { fromDataUrl, type Picture, toDataUrl } from "./picture";
import { CONVERSATION_VERSION, readConversation } from "./readConversation";
import { isFields, readFields, readList, readText, refuse } from "./reading";

const FORMAT = "vitrine-chats";

/** A conversation as it is stored and exported. */
export function toRecord(conversation: Conversation): object {
  return { version: CONVERSATION_VERSION, ...conversation };
}

/** @param pictures of which those are taken that the chats name */
export async function toJson(
  conversations: readonly Conversation[],
  exportedAt: Date,
  pictures: ReadonlyMap<string, Picture>,
): Promise<string> {
  const chats = conversations.map(toRecord);
  const named = new Set(conversations.flatMap(({ turns }) => turns.flatMap(({ images }) => images)));
  const images: Record<string, { name: string; data: string }> = {};
  for (const id of named) {
    const picture = pictures.get(id);
    if (picture !== undefined) images[id] = { name: picture.name, data: await toDataUrl(picture) };
  }
  const content = { format: FORMAT, exportedAt: exportedAt.toISOString(), chats, images };
  return `${JSON.stringify(content, null, 2)}\n`;
}

export interface ImportedChats {
  readonly chats: readonly Conversation[];
  /** Chats may name others, which were lost already when they were exported. */
  readonly pictures: readonly Picture[];
}

/**
 * Our own export, a single chat of it, a plain list of messages with role and content, or the Markdown that we write.
 * @throws InvalidFileError; then nothing of the file is taken
 */
export async function readChatFile(text: string): Promise<ImportedChats> {
  const value = messagesOf(text) ?? parse(text);
  const chats = readChats(value);
  return { chats, pictures: isFields(value) && "images" in value ? await readPictures(value.images) : [] };
}

async function readPictures(value: unknown): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const [id, entry] of Object.entries(readFields(value, "images"))) {
    const where = `images["${id.slice(0, 64)}"]`;
    const { name, data } = readFields(entry, where);
    const picture = await fromDataUrl(
      readText(data, `${where}.data`),
      readText(name, `${where}.name`),
      `${where}.data`,
    );
    if (picture.id !== id) refuse(`${where}.data`, "the picture whose SHA-256 is its key");
    pictures.push(picture);
  }
  return pictures;
}

function readChats(value: unknown): Conversation[] {
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

/** Letters and digits of any script, the rest as dashes. */
export function fileNameOf(title: string): string {
  const name = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "chat" : name.slice(0, 60);
}
