import { useLayoutEffect } from "react";
import type { AppStore } from "../store/appStore";
import { useAppStore } from "./appContext";
import { SEARCH_INPUT } from "./chats/Sidebar";
import type { Shell } from "./shell";

/** True where letters are text. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !["button", "checkbox", "radio", "range", "file"].includes(target.type);
}

function focus(id: string): void {
  // After what was opened has been rendered.
  setTimeout(() => document.getElementById(id)?.focus(), 0);
}

export function copyLastAnswer(store: AppStore): void {
  const text = store.getState().turns.findLast((turn) => turn.role === "assistant")?.text ?? "";
  void navigator.clipboard.writeText(text);
}

export function editLastMessage(): void {
  const messages = [...document.querySelectorAll<HTMLElement>('.turn[data-role="user"]')];
  messages.at(-1)?.querySelector<HTMLButtonElement>('[data-action="edit"]')?.click();
}

export function regenerateLast(store: AppStore): void {
  const last = store.getState().turns.at(-1);
  if (last !== undefined) void store.getState().regenerate(last.id);
}

/** What a key does; the list under `?` says the same in words. Undefined: nothing of ours. */
function actionFor(event: KeyboardEvent, store: AppStore, shell: Shell): (() => void) | undefined {
  const key = event.key.toLowerCase();
  const isChord = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (isChord && !event.shiftKey && key === "k")
    return () => shell.setDialog(shell.dialog === "palette" ? null : "palette");
  if (shell.dialog !== null) return undefined;
  if (isChord && event.shiftKey) {
    const chords: Readonly<Record<string, () => void>> = {
      o: () =>
        void store
          .getState()
          .newChat()
          .then(() => focus("message")),
      f: () => {
        shell.setSidebar(true);
        focus(SEARCH_INPUT);
      },
      e: editLastMessage,
      y: () => copyLastAnswer(store),
      u: () => regenerateLast(store),
    };
    return chords[key];
  }
  if (isChord && key === "b") return () => shell.setSidebar(!shell.isSidebarOpen);
  if (isChord && key === ".") return () => shell.setSettings(!shell.isSettingsOpen);
  if (isChord && !event.shiftKey && key === "i") return () => shell.setInspector(!shell.isInspectorOpen);
  if (isTyping(event.target)) return undefined;
  if (event.key === "?") return () => shell.setDialog("shortcuts");
  if (event.key === "/") return () => focus("message");
  return undefined;
}

/** Ends the answer under way, or lets go what is pinned: within the inspector that first. */
function leave(store: AppStore, target: EventTarget | null): void {
  const { streaming, pinned, stop, unpin } = store.getState();
  const isPinned = pinned.token !== null || pinned.head !== null;
  const isInspecting = target instanceof Element && target.closest("#inspector") !== null;
  if (isPinned && (isInspecting || streaming === null)) unpin();
  else if (streaming !== null) void stop();
}

export function useShortcuts(shell: Shell): void {
  const store = useAppStore();
  // From the first moment that the page is to be seen.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const action = actionFor(event, store, shell);
      if (action !== undefined) {
        event.preventDefault();
        action();
      } else if (event.key === "Escape" && shell.dialog === null) leave(store, event.target);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [store, shell]);
}
