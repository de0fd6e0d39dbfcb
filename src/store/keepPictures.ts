/**
 * Pictures in storage: each once, under its own key, because the records of chats are written often and pictures are
 * large. What no chat and no message being written names any more is removed.
 */
import type { ChatStorage, StorageChange } from "../shared/chatStorage";
import type { AppState } from "./appState";
import type { Conversation } from "./conversation";
import { PICTURE_TYPES, type Picture } from "./picture";
import { isFields } from "./reading";

export const IMAGE = "image:";

/** What names pictures. */
export type Naming = Pick<AppState, "chats" | "attached">;

type Entries = readonly (readonly [key: string, value: unknown])[];

export function readPictures(entries: Entries): Picture[] {
  return entries.flatMap(([key, value]) => {
    if (!key.startsWith(IMAGE) || !isFields(value) || !(value.blob instanceof Blob)) return [];
    const { name, blob } = value;
    if (!(PICTURE_TYPES as readonly string[]).includes(blob.type)) return [];
    return [{ id: key.slice(IMAGE.length), name: typeof name === "string" ? name : "", blob }];
  });
}

/** Pictures of a chat that was not kept, because it is empty, go to the empty chat on the page. */
export function readAttached(
  value: unknown,
  pictures: readonly Picture[],
  isChat: (id: string) => boolean,
  emptyId: string,
): AppState["attached"] {
  const known = new Set(pictures.map(({ id }) => id));
  const attached: Record<string, readonly string[]> = {};
  for (const [chatId, ids] of Object.entries(isFields(value) ? value : {})) {
    const there = (Array.isArray(ids) ? ids : []).filter((id): id is string => known.has(id));
    if (there.length > 0) attached[isChat(chatId) ? chatId : emptyId] = there;
  }
  return attached;
}

export interface PictureChanges {
  /** Those that are named now and were not before: written with what names them, all or nothing. */
  readonly writes: readonly StorageChange[];
  /** Those that something named before and nothing here names now; another tab may. */
  readonly unnamed: readonly string[];
}

export function pictureChanges(before: Naming, { chats, attached, pictures }: AppState): PictureChanges {
  const gained = new Set<string>();
  const lost = new Set<string>();
  const compare = (was: ReadonlySet<string>, is: ReadonlySet<string>): void => {
    for (const id of is) if (!was.has(id)) gained.add(id);
    for (const id of was) if (!is.has(id)) lost.add(id);
  };
  for (const [id, chat] of chats) {
    const old = before.chats.get(id);
    if (old !== chat) compare(namedBy(old), namedBy(chat));
  }
  for (const [id, old] of before.chats) if (!chats.has(id)) compare(namedBy(old), new Set());
  if (attached !== before.attached) compare(attachedAnywhere(before), attachedAnywhere({ attached }));
  const writes = [...gained].flatMap((id): StorageChange[] => {
    const picture = pictures.get(id);
    if (picture === undefined) return [];
    const { name, blob } = picture;
    return [{ key: IMAGE + id, write: (stored) => stored ?? { name, blob } }];
  });
  if (lost.size > 0) {
    for (const id of attachedAnywhere({ attached })) lost.delete(id);
    for (const chat of chats.values()) for (const id of namedBy(chat)) lost.delete(id);
  }
  return { writes, unnamed: [...lost] };
}

/** Looks at what is stored, not at what this tab knows: another tab may have written a chat with the same picture. */
export async function removeUnnamed(storage: ChatStorage, ids?: readonly string[]): Promise<void> {
  const entries = await storage.readAll();
  const named = new Set(entries.flatMap(([, value]) => namesIn(value)));
  const stored = entries.flatMap(([key]) => (key.startsWith(IMAGE) ? [key.slice(IMAGE.length)] : []));
  const gone = stored.filter((id) => !named.has(id) && (ids === undefined || ids.includes(id)));
  if (gone.length > 0) await storage.update(gone.map((id) => ({ key: IMAGE + id, write: null })));
}

/** In a record of whatever version and state: a chat that cannot be read keeps its pictures. */
function namesIn(value: unknown): string[] {
  if (!isFields(value)) return [];
  const lists = Array.isArray(value.turns)
    ? value.turns.map((turn: unknown) => (isFields(turn) ? turn.images : null))
    : isFields(value.attached)
      ? Object.values(value.attached)
      : [];
  return lists.flatMap((list: unknown) => (Array.isArray(list) ? list.map(String) : []));
}

function namedBy(chat: Conversation | undefined): ReadonlySet<string> {
  return new Set(chat?.turns.flatMap(({ images }) => images));
}

function attachedAnywhere({ attached }: Pick<AppState, "attached">): ReadonlySet<string> {
  return new Set(Object.values(attached).flat());
}
