/**
 * Keeps chats and preferences in storage. What a person does to a chat is written at once, because a page that ends has
 * no time to write; typing and streaming text a little behind what happens: a crash loses at most WRITE_MS of them.
 * An answer under way is kept apart from its chat, so that writing it costs the same however long the chat is.
 */
import type { ChatStorage, StorageChange } from "../shared/chatStorage";
import { VitrineError } from "../shared/errors";
import type { AppState, AppStore } from "./appStore";
import { type Answer, type Conversation, changeTurn, parentsFirst } from "./conversation";
import { toRecord } from "./conversationFile";
import { isEmptyConversation } from "./conversationWords";
import { measurementChanges, readMeasurements } from "./keepMeasurements";
import { type Naming, pictureChanges, readAttached, readPictures, removeUnnamed } from "./keepPictures";
import { PREFERENCES, PreferenceRecord, preferencesOf, restoreDrafts, restorePreferences } from "./keepPreferences";
import { readConversation } from "./readConversation";
import { type Fields, isFields } from "./reading";

export const WRITE_MS = 250;

export const CHAT = "chat:";
const UNFINISHED = "unfinished:";

export interface Keeper {
  /** Writes what is waiting, now. */
  readonly flush: () => Promise<void>;
  /** Chats as another tab wrote them, null for one that it deleted: they are not written again from here. */
  readonly adopt: (changed: ReadonlyMap<string, Conversation | null>) => void;
  readonly end: () => void;
}

/**
 * Brings back what was kept. What cannot be read stays in storage as it is, and is reported.
 * @returns the preferences as they are stored
 */
export async function restoreKept(store: AppStore, storage: ChatStorage): Promise<Fields> {
  try {
    const entries = await storage.readAll();
    const values = new Map(entries);
    const chats: Conversation[] = [];
    const errors: unknown[] = [];
    for (const [key, value] of entries) {
      if (!key.startsWith(CHAT)) continue;
      try {
        const chat = readConversation(value);
        chats.push(withUnfinished(chat, values.get(UNFINISHED + chat.id)));
      } catch (error) {
        errors.push(error);
      }
    }
    const preferences = values.get(PREFERENCES);
    const fields = isFields(preferences) ? preferences : {};
    store.setState(restorePreferences(fields));
    store.setState({ measurements: readMeasurements(entries) });
    restoreDrafts(store, fields, chats);
    restorePictures(store, entries, fields.attached, chats);
    store.getState().adoptChats(chats, typeof fields.chatId === "string" ? fields.chatId : null);
    // Left over from a tab that ended in between. What fails is tried again at the next start.
    if (store.getState().pictures.size > 0) void removeUnnamed(storage).catch(() => {});
    if (errors.length > 0) store.getState().report({ kind: "restore" }, errors[0]);
    return fields;
  } catch (error) {
    store.getState().report({ kind: "restore" }, error);
    return {};
  }
}

/** The words of an answer that was being written when the page ended. */
function withUnfinished(chat: Conversation, value: unknown): Conversation {
  if (!isFields(value)) return chat;
  const { turnId, text, answer } = value;
  const turn = chat.turns.find((known) => known.id === turnId);
  if (turn === undefined || typeof text !== "string" || text.length < turn.text.length) return chat;
  const withText = changeTurn(chat, turn.id, { text, state: "stopped" }, chat.updatedAt);
  try {
    // Read again: what was kept is as little to be trusted here as anywhere.
    const change = { answer: (answer as Answer | null) ?? turn.answer };
    return readConversation(toRecord(changeTurn(withText, turn.id, change, chat.updatedAt)));
  } catch {
    return withText;
  }
}

function restorePictures(
  store: AppStore,
  entries: Awaited<ReturnType<ChatStorage["readAll"]>>,
  attached: unknown,
  chats: readonly Conversation[],
): void {
  const pictures = readPictures(entries);
  const known = new Set(chats.map((chat) => chat.id));
  store.getState().addPictures(pictures);
  store.setState({ attached: readAttached(attached, pictures, (id) => known.has(id), store.getState().chat.id) });
}

/** Turns that another tab wrote meanwhile stay; `known` are those this tab has seen, and may have deleted. */
function merge(mine: Conversation, stored: unknown, known: ReadonlySet<string>): object {
  try {
    const theirs = readConversation(stored).turns.filter((turn) => !known.has(turn.id));
    if (theirs.length > 0) return toRecord({ ...mine, turns: parentsFirst([...mine.turns, ...theirs]) });
  } catch {
    // Nothing there yet.
  }
  return toRecord(mine);
}

/** @param preferences as `restoreKept` found them */
export function keepChats(store: AppStore, storage: ChatStorage, preferences: Fields = {}): Keeper {
  const known = new Map<string, Set<string>>();
  /** What named the pictures that are stored. */
  let naming: Naming = store.getState();
  let written = store.getState().chats;
  let keptMeasurements = store.getState().measurements;
  const preferenceRecord = new PreferenceRecord(preferences);
  let unfinishedChat: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let queue: Promise<void> = Promise.resolve();
  let hasFailed = false;

  const see = (chat: Conversation): Set<string> => {
    const seen = known.get(chat.id) ?? new Set<string>();
    for (const { id } of chat.turns) seen.add(id);
    known.set(chat.id, seen);
    return seen;
  };
  for (const chat of written.values()) see(chat);

  function changes(state: AppState): StorageChange[] {
    const due: StorageChange[] = [];
    for (const [id, chat] of state.chats) {
      if (written.get(id) === chat) continue;
      const seen = see(chat);
      if (!isEmptyConversation(chat)) due.push({ key: CHAT + id, write: (stored) => merge(chat, stored, seen) });
      else if (written.has(id)) due.push({ key: CHAT + id, write: null });
    }
    for (const id of written.keys()) if (!state.chats.has(id)) due.push({ key: CHAT + id, write: null });
    const unfinished = state.unfinishedAnswer();
    if (unfinishedChat !== null && unfinishedChat !== unfinished?.chatId) {
      due.push({ key: UNFINISHED + unfinishedChat, write: null });
    }
    if (unfinished !== null) due.push({ key: UNFINISHED + unfinished.chatId, value: unfinished });
    unfinishedChat = unfinished?.chatId ?? null;
    return due;
  }

  async function write(): Promise<void> {
    const state = store.getState();
    const before = { written, unfinishedChat };
    const { writes, unnamed } = pictureChanges(naming, state);
    const due = [...writes, ...changes(state), ...measurementChanges(keptMeasurements, state.measurements)];
    const preferences = preferencesOf(state);
    if (preferenceRecord.isDue(preferences)) due.push({ key: PREFERENCES, value: preferenceRecord.with(preferences) });
    if (due.length === 0) return;
    written = state.chats;
    try {
      await storage.update(due);
      naming = state;
      keptMeasurements = state.measurements;
      preferenceRecord.wrote(preferences);
      hasFailed = false;
      if (unnamed.length > 0) await removeUnnamed(storage, unnamed);
    } catch (error) {
      // Tried again with the next change; said once.
      ({ written, unfinishedChat } = before);
      if (!hasFailed) state.report({ kind: "save" }, saveError(error));
      hasFailed = true;
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    queue = queue.then(write);
    return queue;
  }

  const unsubscribe = store.subscribe((state, before) => {
    if (differs(AT_ONCE, state, before)) void flush();
    else if (timer === undefined && differs(LATER, state, before)) timer = setTimeout(() => void flush(), WRITE_MS);
  });
  // Between two writes: the next one must not take back what another tab did.
  const endFollowing = storage.onOtherTab((keys) => {
    if (keys.includes(PREFERENCES)) queue = queue.then(() => preferenceRecord.follow(storage)).catch(() => {});
  });
  return {
    flush,
    adopt: (changed) => {
      const now = new Map(written);
      for (const [id, chat] of changed) {
        if (chat === null) now.delete(id);
        else now.set(id, chat);
        if (chat !== null) see(chat);
      }
      written = now;
      store.getState().followChats(changed);
    },
    end: () => {
      clearTimeout(timer);
      unsubscribe();
      endFollowing();
    },
  };
}

type Kept = readonly (keyof AppState)[];

const AT_ONCE: Kept = [
  "chats",
  "chat",
  "language",
  "promptPresets",
  "ownRecipes",
  "rememberedModel",
  "attached",
  "measurements",
];

/** What changes many times a second while someone types, drags or reads. */
const LATER: Kept = [
  "streaming",
  "settings",
  "hasOwnSampler",
  "draft",
  "drafts",
  "edits",
  "places",
  "layout",
  "hubAddress",
  "accessToken",
];

function differs(kept: Kept, state: AppState, before: AppState): boolean {
  return kept.some((key) => state[key] !== before[key]);
}

function saveError(error: unknown): VitrineError {
  // What a browser says of a full store has a name and no words.
  const reason = error instanceof Error ? error.message || error.name : String(error);
  return new VitrineError("InvalidStateError", `The browser's storage refused: ${reason}. Export what matters.`);
}
