/** What of the page's frame is open, and who may open it: header, composer, keyboard and palette all can. */
import { createContext, useContext, useMemo, useState } from "react";
import { useApp } from "./appContext";
import { NARROW, PHONE, useMediaQuery } from "./useMediaQuery";

export interface Shell {
  /** The list of chats lies over the page instead of beside it. */
  readonly isNarrow: boolean;
  /** Inspector and settings are sheets that rise over the chat. */
  readonly isPhone: boolean;
  readonly isSidebarOpen: boolean;
  readonly isInspectorOpen: boolean;
  readonly isSettingsOpen: boolean;
  readonly dialog: "palette" | "shortcuts" | "draw" | "camera" | null;
  readonly setSidebar: (isOpen: boolean) => void;
  readonly setInspector: (isOpen: boolean) => void;
  readonly setSettings: (isOpen: boolean) => void;
  readonly setDialog: (dialog: Shell["dialog"]) => void;
}

export const ShellContext = createContext<Shell | null>(null);

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (shell === null) throw new Error("useShell outside of App");
  return shell;
}

const NOTHING = { sidebar: false, inspector: false, settings: false };

/**
 * What stands beside the chat is kept for the next visit; what covers it opens by itself only for who follows a link to
 * a view.
 */
export function useShellState(showsView: boolean): Shell {
  const isPhone = useMediaQuery(PHONE);
  const isNarrow = useMediaQuery(NARROW);
  const { hasSidebar, hasInspector, hasSettings } = useApp((state) => state.layout);
  const changeLayout = useApp((state) => state.changeLayout);
  const width = isPhone ? "phone" : isNarrow ? "narrow" : "wide";
  const [covering, setCovering] = useState({ ...NOTHING, inspector: showsView, width });
  const [dialog, setDialog] = useState<Shell["dialog"]>(null);

  return useMemo(() => {
    // Turning a phone or resizing uncovers the chat.
    const over = covering.width === width ? covering : NOTHING;
    const setOver = (change: Partial<typeof NOTHING>): void => setCovering({ ...NOTHING, ...change, width });
    return {
      isNarrow,
      isPhone,
      isSidebarOpen: isNarrow ? over.sidebar : hasSidebar,
      isInspectorOpen: isPhone ? over.inspector : hasInspector,
      isSettingsOpen: isNarrow ? over.settings : hasSettings,
      dialog,
      setSidebar: (sidebar) => (isNarrow ? setOver({ sidebar }) : changeLayout({ hasSidebar: sidebar })),
      setInspector: (inspector) => (isPhone ? setOver({ inspector }) : changeLayout({ hasInspector: inspector })),
      setSettings: (settings) => (isNarrow ? setOver({ settings }) : changeLayout({ hasSettings: settings })),
      setDialog,
    };
  }, [isNarrow, isPhone, width, covering, hasSidebar, hasInspector, hasSettings, dialog, changeLayout]);
}
