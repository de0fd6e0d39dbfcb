import type { Conversation } from "../../store/conversation";
import { fileNameOf, toJson } from "../../store/conversationFile";
import { toMarkdown } from "../../store/conversationMarkdown";
import { isEmptyConversation, sortConversations, titleOf } from "../../store/conversationWords";
import { useAppStore } from "../appContext";
import { downloadText } from "../downloadText";
import { useStrings } from "../strings/useStrings";

/** Chats as files in the person's downloads. */
export function useSaveChat() {
  const store = useAppStore();
  const { chats, image, prompt, turn } = useStrings();
  const json = async (conversations: readonly Conversation[]): Promise<void> => {
    const [only] = conversations;
    const name = conversations.length === 1 && only !== undefined ? fileNameOf(titleOf(only) ?? "") : "vitrine-chats";
    const { pictures } = store.getState();
    downloadText(`${name}.json`, "application/json", await toJson(conversations, new Date(), pictures));
  };
  return {
    json: (conversations: readonly Conversation[]) => void json(conversations),
    all: () => {
      const kept = sortConversations(store.getState().chats.values());
      void json(kept.filter((chat) => !isEmptyConversation(chat)));
    },
    current: () => void json([store.getState().chat]),
    markdown: (chat: Conversation = store.getState().chat) => {
      const names = {
        untitled: chats.untitled,
        system: prompt.name,
        user: turn.you,
        assistant: turn.assistant,
        picture: image.named,
      };
      const text = toMarkdown(chat, names, store.getState().pictures);
      downloadText(`${fileNameOf(titleOf(chat) ?? "")}.md`, "text/markdown", text);
    },
  };
}
