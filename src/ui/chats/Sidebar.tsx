import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Conversation } from "../../store/conversation";
import { isEmptyConversation, sortConversations } from "../../store/conversationWords";
import { type FoundTurn, searchConversation, wordsOf } from "../../store/searchConversation";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { IconButton } from "../IconButton";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { landmark, useModal } from "../useModal";
import { ChatItem } from "./ChatItem";
import { FoundTurns } from "./FoundTurns";
import { ImportExport } from "./ImportExport";
import { SIDEBAR } from "./sidebarElement";

export const SEARCH_INPUT = "search-chats";

export function Sidebar() {
  const { chats: strings, close } = useStrings();
  const { isNarrow: isDrawer, isSidebarOpen, setSidebar } = useShell();
  const newChat = useApp((state) => state.newChat);
  const [query, setQuery] = useState("");
  const words = useWords(useDeferredValue(query));
  const chats = useListedChats(words);
  const panel = useRef<HTMLDivElement>(null);
  const isModal = isDrawer && isSidebarOpen;

  useModal(
    isModal,
    panel,
    useCallback(() => setSidebar(false), [setSidebar]),
  );

  const leave = (): void => {
    if (isDrawer) setSidebar(false);
  };
  const begin = (): void => {
    leave();
    void newChat().then(() => document.getElementById("message")?.focus());
  };

  return (
    <div
      ref={panel}
      id={SIDEBAR}
      className="sidebar"
      inert={!isSidebarOpen}
      {...landmark("navigation", strings.list, isModal)}
    >
      <div className="sidebar-head">
        <button type="button" className="button sidebar-new" onClick={begin}>
          <Icon name="compose" />
          {strings.newChat}
        </button>
        {isDrawer && <IconButton icon="close" label={close} onClick={() => setSidebar(false)} />}
      </div>
      <div className="sidebar-search">
        <Icon name="search" />
        <input
          id={SEARCH_INPUT}
          data-autofocus
          type="search"
          aria-label={strings.search}
          placeholder={strings.search}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <ul className="chat-list" aria-label={strings.list}>
        {chats.map(({ chat, found }) => (
          <ChatItem key={chat.id} chat={chat} onOpen={leave}>
            {found.length > 0 && <FoundTurns chatId={chat.id} found={found} words={words} onOpen={leave} />}
          </ChatItem>
        ))}
      </ul>
      {chats.length === 0 && <p className="sidebar-none">{query.trim() === "" ? strings.none : strings.noMatch}</p>}
      <ImportExport />
    </div>
  );
}

function useWords(query: string): readonly string[] {
  return useMemo(() => wordsOf(query), [query]);
}

interface ListedChat {
  readonly chat: Conversation;
  readonly found: readonly FoundTurn[];
}

/** Chats that hold something and the words looked for, the pinned ones first. */
function useListedChats(words: readonly string[]): readonly ListedChat[] {
  const chats = useApp((state) => state.chats);
  return useMemo(
    () =>
      sortConversations(chats.values())
        .filter((chat) => !isEmptyConversation(chat))
        .flatMap((chat) => {
          const found = searchConversation(chat, words);
          return found === null ? [] : [{ chat, found }];
        }),
    [chats, words],
  );
}
