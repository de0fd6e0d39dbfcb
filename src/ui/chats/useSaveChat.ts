import type { Conversation } from "../../store/conversation";
import { fileNameOf, toJson, toMarkdown } from "../../store/conversationFile";
import { isEmptyConversation, sortConversations, titleOf } from "../../store/conversationWords";
import { useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";

function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the address by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Chats as files in the person's downloads. */
export function useSaveChat() {
  const store = useAppStore();
  const { chats, prompt, turn } = useStrings();
  const json = (conversations: readonly Conversation[]): void => {
    const [only] = conversations;
    const name = conversations.length === 1 && only !== undefined ? fileNameOf(titleOf(only) ?? "") : "vitrine-chats";
    download(`${name}.json`, "application/json", toJson(conversations, new Date()));
  };
  return {
    json,
    all: () => {
      const kept = sortConversations(store.getState().chats.values());
      json(kept.filter((chat) => !isEmptyConversation(chat)));
    },
    current: () => json([store.getState().chat]),
    markdown: (chat: Conversation = store.getState().chat) => {
      const names = { untitled: chats.untitled, system: prompt.name, user: turn.you, assistant: turn.assistant };
      download(`${fileNameOf(titleOf(chat) ?? "")}.md`, "text/markdown", toMarkdown(chat, names));
    },
  };
}
