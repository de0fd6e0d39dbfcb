import { type CSSProperties, lazy, Suspense, useEffect } from "react";
import { useApp } from "./appContext";
import { Chat } from "./chat/Chat";
import { Sidebar } from "./chats/Sidebar";
import { Header } from "./header/Header";
import { preloadMarkdown } from "./markdown/MessageText";
import { DropTarget } from "./model/DropTarget";
import { Divider } from "./panels/Divider";
import { Inspector } from "./panels/Inspector";
import { SettingsDrawer } from "./settings/SettingsDrawer";
import { ShellContext, useShellState } from "./shell";
import { useStrings } from "./strings/useStrings";
import { useShortcuts } from "./useShortcuts";
import { useViewAddress } from "./useViewAddress";

const Palette = lazy(() => import("./palette/Palette"));
const DrawDialog = lazy(() => import("./image/DrawDialog"));
const CameraDialog = lazy(() => import("./image/CameraDialog"));
const Shortcuts = lazy(() => import("./palette/Shortcuts"));

/**
 * Chats, chat and inspector side by side; on narrower screens they lie over each other, or one below the other.
 * `showsView`: a link to what the inspector shows was followed, so it is open.
 */
export function App({ showsView }: { readonly showsView: boolean }) {
  const { inspector } = useStrings();
  const shell = useShellState(showsView);
  const { isNarrow, isPhone, isSidebarOpen, isInspectorOpen, isSettingsOpen, dialog } = shell;
  const chatShare = useApp((state) => state.layout.chatShare);
  const isSheet = isPhone && (isInspectorOpen || isSettingsOpen);
  const isCovered = isSheet || (isNarrow && isSidebarOpen);
  useViewAddress();
  const hasText = useApp((state) => state.turns.length > 0);
  useEffect(() => {
    if (hasText) preloadMarkdown();
  }, [hasText]);
  useShortcuts(shell);

  const uncover = (): void => {
    if (isPhone) shell.setInspector(false);
    shell.setSidebar(false);
  };
  return (
    <ShellContext value={shell}>
      <div
        className="app"
        data-sidebar={isSidebarOpen ? "open" : "closed"}
        data-inspector={isInspectorOpen ? "open" : "closed"}
        data-settings={isSettingsOpen ? "open" : "closed"}
        style={{ "--chat": `${chatShare}fr`, "--inspector": `${1 - chatShare}fr` } as CSSProperties}
      >
        <Header isBehind={isCovered} />
        <Sidebar />
        <main className="app-main" inert={isCovered}>
          <Chat />
          {!isNarrow && isInspectorOpen && <Divider />}
        </main>
        {isCovered && (
          <button type="button" className="scrim" aria-label={inspector.uncover} tabIndex={-1} onClick={uncover} />
        )}
        <Inspector />
        <SettingsDrawer />
        <DropTarget />
        <Suspense>
          {dialog === "palette" && <Palette />}
          {dialog === "shortcuts" && <Shortcuts />}
          {dialog === "draw" && <DrawDialog />}
          {dialog === "camera" && <CameraDialog />}
        </Suspense>
      </div>
    </ShellContext>
  );
}
