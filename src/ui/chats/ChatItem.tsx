import { Menu } from "@base-ui/react/menu";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import type { Conversation } from "../../store/conversation";
import { titleOf } from "../../store/conversationWords";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { useStrings } from "../strings/useStrings";
import { sidebar } from "./sidebarElement";
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
  const title = titleOf(chat) ?? strings.untitled;
  if (isRenaming) {
    return (
      <li className="chat-item" data-current={isCurrent}>
        <Rename chat={chat} title={title} onEnd={() => setRenaming(false)} />
      </li>
    );
  }
  const open = (): void => {
    selectChat(chat.id);
    onOpen();
  };
  return (
    <li className="chat-item" data-current={isCurrent}>
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
    <Menu.Root modal={false}>
      <Menu.Trigger className="icon-button" aria-label={strings.actions(title)}>
        <Icon name="more" />
      </Menu.Trigger>
      <Menu.Portal container={sidebar()}>
        <Menu.Positioner className="menu-place" sideOffset={4} align="end">
          <Menu.Popup className="menu">
            <Menu.Item className="menu-item" onClick={onRename}>
              <Icon name="edit" />
              {strings.rename}
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={() => pinChat(chat.id, !chat.isPinned)}>
              <Icon name={chat.isPinned ? "unpin" : "pin"} />
              {chat.isPinned ? strings.unpin : strings.pin}
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={() => save.json([chat])}>
              <Icon name="export" />
              {strings.exportJson}
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={() => save.markdown(chat)}>
              <Icon name="export" />
              {strings.exportMarkdown}
            </Menu.Item>
            <Menu.Separator className="menu-separator" />
            <Menu.Item className="menu-item menu-item-danger" onClick={() => void deleteChat(chat.id)}>
              <Icon name="delete" />
              {strings.delete}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Rename({ chat, title, onEnd }: { chat: Conversation; title: string; onEnd: () => void }) {
  const { chats: strings } = useStrings();
  const renameChat = useApp((state) => state.renameChat);
  const [text, setText] = useState(title);
  const save = (): void => {
    if (text !== title) renameChat(chat.id, text);
    onEnd();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") save();
    if (event.key === "Escape") {
      event.preventDefault();
      onEnd();
    }
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
