import { isEmptyConversation } from "../../store/conversationWords";
import { useApp, useAppStore } from "../appContext";
import { IMPORT_INPUT } from "../chats/ImportExport";
import { SEARCH_INPUT } from "../chats/Sidebar";
import { useSaveChat } from "../chats/useSaveChat";
import { showOpenDialog } from "../model/openModelInput";
import { INSPECTOR_TABS } from "../panels/inspectorTabs";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { copyLastAnswer, editLastMessage, regenerateLast } from "../useShortcuts";

export interface PageAction {
  readonly name: string;
  readonly isPossible: boolean;
  readonly act: () => void;
}

/** What a person can do right now, by the names the buttons carry. */
export function usePageActions(): readonly PageAction[] {
  const { chats, composer, empty, inspector, model: modelWords, shortcuts, sampling, tabs, turn } = useStrings();
  const store = useAppStore();
  const shell = useShell();
  const save = useSaveChat();
  const { chat, turns, model, streaming, deleteChat, pinChat, newChat, stop, resetSettings, changeLayout } = useApp(
    (state) => state,
  );
  const isEmpty = isEmptyConversation(chat);
  const last = turns.at(-1);
  const isIdle = model !== null && streaming === null && last !== undefined;
  const focus = (id: string): void => document.getElementById(id)?.focus();
  return [
    { name: chats.newChat, isPossible: true, act: () => void newChat().then(() => focus("message")) },
    { name: composer.stop, isPossible: streaming !== null, act: () => void stop() },
    { name: turn.regenerate, isPossible: isIdle, act: () => regenerateLast(store) },
    {
      name: turn.continue,
      isPossible: isIdle && last.role === "assistant",
      act: () => void (last && store.getState().continueAnswer(last.id)),
    },
    { name: shortcuts.editLast, isPossible: turns.length > 0, act: editLastMessage },
    { name: shortcuts.copyLast, isPossible: turns.length > 1, act: () => copyLastAnswer(store) },
    {
      name: chats.search,
      isPossible: true,
      act: () => {
        shell.setSidebar(true);
        setTimeout(() => focus(SEARCH_INPUT), 0);
      },
    },
    { name: `${modelWords.panel}: ${empty.choose}`, isPossible: true, act: showOpenDialog },
    {
      name: `${composer.chat}: ${chat.isPinned ? chats.unpin : chats.pin}`,
      isPossible: !isEmpty,
      act: () => pinChat(chat.id, !chat.isPinned),
    },
    { name: `${composer.chat}: ${chats.delete}`, isPossible: !isEmpty, act: () => void deleteChat(chat.id) },
    { name: `${composer.chat}: ${chats.exportJson}`, isPossible: !isEmpty, act: save.current },
    { name: `${composer.chat}: ${chats.exportMarkdown}`, isPossible: !isEmpty, act: () => save.markdown() },
    { name: chats.exportAll, isPossible: true, act: save.all },
    { name: chats.import, isPossible: true, act: () => document.getElementById(IMPORT_INPUT)?.click() },
    { name: `${sampling.panel}: ${sampling.reset}`, isPossible: true, act: resetSettings },
    { name: shortcuts.settings, isPossible: true, act: () => shell.setSettings(!shell.isSettingsOpen) },
    { name: shortcuts.inspector, isPossible: true, act: () => shell.setInspector(!shell.isInspectorOpen) },
    ...INSPECTOR_TABS.map(({ id, label }) => ({
      name: `${inspector.name}: ${tabs[label]}`,
      isPossible: true,
      act: () => {
        changeLayout({ tab: id });
        shell.setInspector(true);
      },
    })),
    { name: shortcuts.sidebar, isPossible: true, act: () => shell.setSidebar(!shell.isSidebarOpen) },
    { name: shortcuts.name, isPossible: true, act: () => shell.setDialog("shortcuts") },
  ];
}
