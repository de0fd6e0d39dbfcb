/**
 * Chats that another tab changes change here, too. One that is being answered, here or there, waits until that is done;
 * the one on the page stays, also when it was deleted elsewhere: who reads it has not given it up.
 */
import type { ChatStorage } from "../shared/chatStorage";
import type { AppStore } from "./appStore";
import type { Conversation } from "./conversation";
import { CHAT, type Keeper } from "./keeping";
import { IMAGE, readPictures } from "./keepPictures";
import { readConversation } from "./readConversation";
import { isFields } from "./reading";

/** Until what it returns is called. */
export function followOtherTabs(store: AppStore, storage: ChatStorage, keeper: Keeper): () => void {
  const due = new Set<string>();
  let queue: Promise<void> = Promise.resolve();

  /** Pictures of these chats that this tab does not have. */
  async function readNamed(chats: readonly unknown[]): Promise<void> {
    const { pictures, addPictures } = store.getState();
    const named = chats.flatMap((chat) => readFinished(chat)?.turns.flatMap(({ images }) => images) ?? []);
    const unknown = [...new Set(named)].filter((id) => !pictures.has(id));
    if (unknown.length > 0) addPictures(readPictures(await storage.read(unknown.map((id) => IMAGE + id))));
  }

  /** Chats that rest here, as they are stored now. Nothing may be awaited between this and taking them in. */
  async function readDue(): Promise<Map<string, Conversation | null>> {
    // What was done here goes first, so that the record holds both.
    await keeper.flush();
    const { chats, streaming } = store.getState();
    const ids = [...due].filter((id) => id !== streaming?.chatId);
    for (const id of ids) due.delete(id);
    const stored = new Map(await storage.read(ids.map((id) => CHAT + id)));
    await readNamed([...stored.values()]);
    const changed = new Map<string, Conversation | null>();
    for (const id of ids) {
      const after = store.getState();
      // Changed while it was read: once more, when that is written.
      if (after.chats.get(id) !== chats.get(id) || after.streaming?.chatId === id) due.add(id);
      else if (!stored.has(CHAT + id)) {
        if (after.chat.id !== id) changed.set(id, null);
      } else {
        const conversation = readFinished(stored.get(CHAT + id));
        if (conversation !== null) changed.set(id, withOwnBranches(conversation, after.chats.get(id)));
      }
    }
    return changed;
  }

  async function follow(): Promise<void> {
    const changed = await readDue();
    if (changed.size > 0) keeper.adopt(changed);
  }

  const isDue = (): boolean => due.size > 0 && store.getState().streaming === null;

  const schedule = (): void => {
    // What cannot be read now is read at the next start, and said then.
    queue = queue
      .then(follow)
      .catch(() => due.clear())
      .then(() => {
        if (isDue()) schedule();
      });
  };
  const ends = [
    storage.onOtherTab((keys) => {
      for (const key of keys) if (key.startsWith(CHAT)) due.add(key.slice(CHAT.length));
      if (due.size > 0) schedule();
    }),
    store.subscribe((_, before) => {
      if (isDue() && before.streaming !== null) schedule();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Null while its answer is being written there: it is told again when that is done. */
function readFinished(value: unknown): Conversation | null {
  const turns = isFields(value) && Array.isArray(value.turns) ? value.turns : [];
  if (turns.some((turn: unknown) => isFields(turn) && turn.state === "streaming")) return null;
  try {
    return readConversation(value);
  } catch {
    return null;
  }
}

/** What is read here is not swapped for another branch. */
function withOwnBranches(theirs: Conversation, mine: Conversation | undefined): Conversation {
  return mine === undefined ? theirs : { ...theirs, chosen: { ...theirs.chosen, ...mine.chosen } };
}
