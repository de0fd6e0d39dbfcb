/** All chats, and which of them is on the page. */
import type { AppState, SliceContext } from "./appState";
import {
  type Conversation,
  chooseBranch,
  createConversation,
  deleteTurn,
  pathOf,
  pathTo,
  restoreTurns,
  type Turn,
  turnOf,
} from "./conversation";
import { type ImportedChats, readChatFile } from "./conversationFile";
import { isEmptyConversation, sortConversations } from "./conversationWords";
import { swapDrafts } from "./draftSlice";
import { lastingNotice } from "./noticeSlice";

/** Room above a turn that a search led to. */
const SOUGHT_PX = 48;

/** What was deleted last, for as long as it can be taken back. */
export interface Undo {
  readonly kind: "chat" | "turn";
  readonly restore: () => void;
}

export interface ConversationSlice {
  readonly chats: ReadonlyMap<string, Conversation>;
  /** The chat on the page, also to be found in `chats`. */
  readonly chat: Conversation;
  /** Of that chat: the turns along the chosen branches. */
  readonly turns: readonly Turn[];
  readonly undo: Undo | null;
  /** The turn that a search led to. `count` tells one search from the next. */
  readonly sought: {
    readonly chatId: string;
    readonly turnId: string;
    readonly words: readonly string[];
    readonly count: number;
  } | null;
  /** `also` changes with it, so that nobody sees the one without the other. */
  readonly changeChat: (
    id: string,
    change: (conversation: Conversation) => Conversation,
    also?: Partial<AppState>,
  ) => void;
  readonly selectChat: (id: string) => void;
  /** Opens a chat at a turn, on that turn's branch. `words` are marked there, folded. */
  readonly showTurn: (chatId: string, turnId: string, words: readonly string[]) => void;
  /** An empty title goes back to the chat's first words. */
  readonly renameChat: (id: string, title: string) => void;
  readonly pinChat: (id: string, isPinned: boolean) => void;
  readonly deleteChat: (id: string) => Promise<void>;
  readonly setSystemPrompt: (text: string) => void;
  readonly showBranch: (turnId: string) => void;
  /** With everything that follows it. */
  readonly removeTurn: (turnId: string) => Promise<void>;
  readonly dismissUndo: () => void;
  /** Returns how many came in; a file that is no export changes nothing and is reported. */
  readonly importChats: (file: Blob & { readonly name?: string }) => Promise<number>;
  /** Chats from elsewhere; the newest is shown. Returns how many. */
  readonly takeChats: (imported: ImportedChats) => number;
  /** The stored chats, at the start. */
  readonly adoptChats: (conversations: readonly Conversation[], chatId: string | null) => void;
  /** Chats as another tab left them, null for one that it deleted; the one on the page stays on the page. */
  readonly followChats: (changed: ReadonlyMap<string, Conversation | null>) => void;
  /** A chat that nothing was said in, an earlier one if there is. */
  readonly openEmptyChat: () => void;
}

export function createConversationSlice({ get, set, wallClock, newId }: SliceContext): ConversationSlice {
  const first = createConversation(newId(), wallClock());

  function show(chat: Conversation, chats: ReadonlyMap<string, Conversation>): void {
    const turns = pathOf(chat);
    const newest = turns.findLast((turn) => turn.answer !== null);
    const drafts = swapDrafts(get(), get().chat.id, chat.id);
    set({
      ...drafts,
      chats,
      chat,
      turns,
      sought: null,
      statistics: newest?.answer ?? null,
      alertTurn: null,
      notice: lastingNotice(get()),
    });
  }

  const changeChat: ConversationSlice["changeChat"] = (id, change, also = {}) => {
    const before = get().chats.get(id);
    if (before === undefined) {
      set(also);
      return;
    }
    const chat = change(before);
    const chats = new Map(get().chats).set(id, chat);
    if (id !== get().chat.id) set({ ...also, chats });
    else set({ ...also, chats, chat, turns: pathOf(chat) });
  };

  function openEmptyChat(): void {
    const { chats } = get();
    const empty = [...chats.values()].find(isEmptyConversation);
    const chat = empty ?? createConversation(newId(), wallClock());
    show(chat, new Map(chats).set(chat.id, chat));
  }

  function takeChats({ chats: imported, pictures }: ImportedChats): number {
    get().addPictures(pictures);
    const all = new Map(get().chats);
    // An id that is taken belongs to another chat, or to an earlier state of this one: neither is overwritten.
    const fresh = imported.map((chat) =>
      all.has(chat.id) || chat.id === "imported" ? { ...chat, id: newId() } : chat,
    );
    for (const chat of fresh) all.set(chat.id, chat);
    const [newest] = sortConversations(fresh);
    if (newest !== undefined) show(newest, all);
    return fresh.length;
  }

  const isWriting = (chatId: string): boolean => get().streaming?.chatId === chatId;

  return {
    chats: new Map([[first.id, first]]),
    chat: first,
    turns: [],
    undo: null,
    sought: null,
    changeChat,
    openEmptyChat,
    takeChats,
    selectChat: (id) => {
      const { chats, chat } = get();
      const chosen = chats.get(id);
      if (chosen !== undefined && id !== chat.id) show(chosen, chats);
    },
    showTurn: (chatId, turnId, words) => {
      get().selectChat(chatId);
      changeChat(chatId, (chat) => pathTo(chat, turnId).reduce((shown, turn) => chooseBranch(shown, turn.id), chat));
      get().keepPlace(chatId, { turnId, offsetPx: SOUGHT_PX });
      set({ sought: { chatId, turnId, words, count: (get().sought?.count ?? 0) + 1 } });
    },
    renameChat: (id, title) => {
      changeChat(id, (chat) => ({ ...chat, title: title.trim() === "" ? null : title.trim() }));
    },
    pinChat: (id, isPinned) => changeChat(id, (chat) => ({ ...chat, isPinned })),
    deleteChat: async (id) => {
      if (isWriting(id)) await get().stopAndWait();
      const { chats, chat } = get();
      const gone = chats.get(id);
      if (gone === undefined) return;
      const rest = new Map(chats);
      rest.delete(id);
      set({ chats: rest });
      if (chat.id === id) {
        const next = sortConversations(rest.values()).find((other) => !isEmptyConversation(other));
        if (next === undefined) openEmptyChat();
        else show(next, rest);
      }
      const restore = (): void => {
        show(gone, new Map(get().chats).set(id, gone));
        set({ undo: null });
      };
      set({ undo: { kind: "chat", restore } });
    },
    setSystemPrompt: (systemPrompt) => {
      changeChat(get().chat.id, (chat) => ({ ...chat, systemPrompt, updatedAt: wallClock() }));
    },
    showBranch: (turnId) => changeChat(get().chat.id, (chat) => chooseBranch(chat, turnId)),
    removeTurn: async (turnId) => {
      const { id } = get().chat;
      if (isWriting(id)) await get().stopAndWait();
      const before = get().chats.get(id);
      // Asked for twice while the answer was being ended: what can be undone is the first time.
      if (before === undefined || turnOf(before, turnId) === undefined) return;
      const { conversation, removed } = deleteTurn(before, turnId, wallClock());
      changeChat(id, () => conversation);
      const restore = (): void => {
        changeChat(id, (chat) => restoreTurns(chat, removed, wallClock()));
        set({ undo: null });
      };
      set({ undo: { kind: "turn", restore } });
    },
    dismissUndo: () => set({ undo: null }),
    importChats: async (file) => {
      try {
        return takeChats(await readChatFile(await file.text()));
      } catch (error) {
        get().report({ kind: "import", name: file.name ?? "" }, error);
        return 0;
      }
    },
    adoptChats: (conversations, chatId) => {
      const chats = new Map(get().chats);
      for (const conversation of conversations) chats.set(conversation.id, conversation);
      const last = chatId === null ? undefined : chats.get(chatId);
      if (last === undefined) set({ chats });
      else show(last, chats);
    },
    followChats: (changed) => {
      const chats = new Map(get().chats);
      for (const [id, conversation] of changed) {
        if (conversation === null) chats.delete(id);
        else chats.set(id, conversation);
      }
      const shown = changed.get(get().chat.id) ?? null;
      set(shown === null ? { chats } : { chats, chat: shown, turns: pathOf(shown) });
    },
  };
}
