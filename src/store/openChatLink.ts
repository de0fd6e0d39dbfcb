/** Opens the chat that an address brings; what reads it is loaded only then. */
import type { AppStore } from "./appStore";
import { CHAT_IN_LINK } from "./viewAddress";

export function bringsChat(address: string): boolean {
  return new URL(address).hash.startsWith(`#${CHAT_IN_LINK}`);
}

/** A chat that is here already, with all that the link shows of it, is not taken in again. */
export async function openChatLink(store: AppStore, address: string): Promise<void> {
  try {
    const { readChatFragment } = await import("./chatLink");
    const imported = await readChatFragment(address);
    const [chat] = imported.chats;
    const last = chat?.turns.at(-1);
    if (chat === undefined) return;
    const { chats, showTurn, takeChats } = store.getState();
    const isHere = chats.get(chat.id)?.turns.some(({ id }) => id === last?.id) === true;
    if (isHere && last !== undefined) showTurn(chat.id, last.id, []);
    else takeChats(imported);
  } catch (error) {
    store.getState().report({ kind: "open-link" }, error);
  }
}
