import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import type { Conversation } from "../../store/conversation";
import { titleOf } from "../../store/conversationWords";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { MoreMenu } from "../menu/MoreMenu";
import { useStrings } from "../strings/useStrings";
import { focusSoon } from "../turn/focusSoon";
import { useSaveChat } from "./useSaveChat";

interface ChatItemProps {
  readonly chat: Conversation;
  readonly onOpen: () => void;
  /** Below its title. */
  readonly children: ReactNode;
}

export function ChatItem({ chat, onOpen, children }: ChatItemProps) {
  const { chats: strings } = useStrings();
  const isCurrent = useApp((state) => state.chat.id === chat.id);
  const isWriting = useApp((state) => state.streaming?.chatId === chat.id);
  const selectChat = useApp((state) => state.selectChat);
  const [isRenaming, setRenaming] = useState(false);
  const item = useRef<HTMLLIElement>(null);
  const title = titleOf(chat) ?? strings.untitled;
  if (isRenaming) {
    return (
      <li ref={item} className="chat-item" data-current={isCurrent}>
        <Rename
          chat={chat}
          title={title}
          onEnd={() => setRenaming(false)}
          onKeyEnd={() => focusSoon(() => item.current?.querySelector<HTMLElement>(".chat-title"))}
        />
      </li>
    );
  }
  const open = (): void => {
    selectChat(chat.id);
    onOpen();
  };
  return (
    <li ref={item} className="chat-item" data-current={isCurrent}>
      <button
        type="button"
        className="chat-title"
        aria-current={isCurrent ? "page" : undefined}
        dir="auto"
        title={title}
        onClick={open}
        onDoubleClick={() => setRenaming(true)}
      >
        {chat.isPinned && <Icon name="pin" />}
        <span>{title}</span>
        {chat.isPinned && <span className="visually-hidden">, {strings.pinned}</span>}
        {isWriting && <span className="pulse" role="img" aria-label={strings.writing} />}
      </button>
      <Actions chat={chat} title={title} onRename={() => setRenaming(true)} />
      {children}
    </li>
  );
}

function Actions({ chat, title, onRename }: { chat: Conversation; title: string; onRename: () => void }) {
  const { chats: strings } = useStrings();
  const pinChat = useApp((state) => state.pinChat);
  const deleteChat = useApp((state) => state.deleteChat);
  const save = useSaveChat();
  return (
    <MoreMenu
      label={strings.actions(title)}
      groups={[
        [
          { label: strings.rename, icon: "edit", onClick: onRename },
          {
            label: chat.isPinned ? strings.unpin : strings.pin,
            icon: chat.isPinned ? "unpin" : "pin",
            onClick: () => pinChat(chat.id, !chat.isPinned),
          },
          { label: strings.exportJson, icon: "export", onClick: () => save.json([chat]) },
          { label: strings.exportMarkdown, icon: "export", onClick: () => save.markdown(chat) },
        ],
        [{ label: strings.delete, icon: "delete", isDanger: true, onClick: () => void deleteChat(chat.id) }],
      ]}
    />
  );
}

interface RenameProps {
  readonly chat: Conversation;
  readonly title: string;
  readonly onEnd: () => void;
  /** Ended by a key: the field that had the focus is about to be gone. */
  readonly onKeyEnd: () => void;
}

function Rename({ chat, title, onEnd, onKeyEnd }: RenameProps) {
  const { chats: strings } = useStrings();
  const renameChat = useApp((state) => state.renameChat);
  const [text, setText] = useState(title);
  const save = (): void => {
    if (text !== title) renameChat(chat.id, text);
    onEnd();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Enter") save();
    else onEnd();
    onKeyEnd();
  };
  return (
    <input
      // The person just asked to write here.
      ref={(input) => input?.focus()}
      type="text"
      aria-label={strings.title}
      dir="auto"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onKeyDown={onKeyDown}
      onBlur={save}
    />
  );
}
