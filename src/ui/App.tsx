import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useApp } from "./appContext";
import { Chat } from "./chat/Chat";
import { Sidebar } from "./chats/Sidebar";
import { Header } from "./header/Header";
import { preloadMarkdown } from "./markdown/MessageText";
import { DropTarget } from "./model/DropTarget";
import { Inspector } from "./panels/Inspector";
import { type Shell, ShellContext } from "./shell";
import { languageOf, useStrings } from "./strings/useStrings";
import { NARROW, PHONE, useMediaQuery } from "./useMediaQuery";
import { useSelectionAddress } from "./useSelectionAddress";
import { useShortcuts } from "./useShortcuts";

const Palette = lazy(() => import("./palette/Palette"));
const Shortcuts = lazy(() => import("./palette/Shortcuts"));

/** Chats, chat and inspector side by side; on narrower screens the outer two come over the chat, or below it. */
export function App() {
  const { inspector } = useStrings();
  const isPhone = useMediaQuery(PHONE);
  const isNarrow = useMediaQuery(NARROW);
  const [isInspectorOpen, setInspector] = useState(!isPhone);
  const [isSidebarOpen, setSidebar] = useState(!isNarrow);
  const [dialog, setDialog] = useState<Shell["dialog"]>(null);
  const settingsButton = useRef<HTMLButtonElement>(null);
  const chatsButton = useRef<HTMLButtonElement>(null);
  const isSheet = isPhone && isInspectorOpen;
  const isDrawer = isNarrow && isSidebarOpen;

  // Turning a phone or resizing: what covers the chat never opens by itself, what stands beside it is there by itself.
  useEffect(() => setInspector(!isPhone), [isPhone]);
  useEffect(() => setSidebar(!isNarrow), [isNarrow]);
  useFocusBack(isSheet, settingsButton);
  useFocusBack(isDrawer, chatsButton);
  useLanguage();
  useSelectionAddress();
  useEffect(preloadMarkdown, []);

  const shell = useMemo<Shell>(
    () => ({ isSidebarOpen, isInspectorOpen, dialog, setSidebar, setInspector, setDialog }),
    [isSidebarOpen, isInspectorOpen, dialog],
  );
  useShortcuts(shell);
  const close = useCallback(() => {
    setInspector(false);
    setSidebar(false);
  }, []);
  const closeInspector = useCallback(() => setInspector(false), []);
  const isCovered = isSheet || isDrawer;

  return (
    <ShellContext value={shell}>
      <div
        className="app"
        data-inspector={isInspectorOpen ? "open" : "closed"}
        data-sidebar={isSidebarOpen ? "open" : "closed"}
      >
        <Header isBehind={isCovered} settingsButton={settingsButton} chatsButton={chatsButton} />
        <Sidebar isDrawer={isNarrow} />
        <main className="app-main" inert={isCovered}>
          <Chat />
        </main>
        {isCovered && (
          <button type="button" className="scrim" aria-label={inspector.closeSettings} tabIndex={-1} onClick={close} />
        )}
        <Inspector isSheet={isPhone} isOpen={isInspectorOpen} isBehind={isDrawer} onClose={closeInspector} />
        <DropTarget />
        <Suspense>
          {dialog === "palette" && <Palette />}
          {dialog === "shortcuts" && <Shortcuts />}
        </Suspense>
      </div>
    </ShellContext>
  );
}

/** What covered the page gives the focus back to what opened it. */
function useFocusBack(isOpen: boolean, opener: { readonly current: HTMLElement | null }): void {
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) opener.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen, opener]);
}

function useLanguage(): void {
  const language = useApp((state) => languageOf(state.language));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
}
