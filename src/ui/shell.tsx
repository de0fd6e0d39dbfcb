/** What of the page's frame is open, and who may open it: header, composer, keyboard and palette all can. */
import { createContext, useContext, useEffect, useMemo, useState } from "react";
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

/** What stands beside the chat is kept for the next visit; what covers it never opens by itself. */
export function useShellState(): Shell {
  const isPhone = useMediaQuery(PHONE);
  const isNarrow = useMediaQuery(NARROW);
  const { hasSidebar, hasInspector, hasSettings } = useApp((state) => state.layout);
  const changeLayout = useApp((state) => state.changeLayout);
  const [over, setOver] = useState(NOTHING);
  const [dialog, setDialog] = useState<Shell["dialog"]>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: turning a phone or resizing is when, not an input
  useEffect(() => setOver(NOTHING), [isPhone, isNarrow]);

  return useMemo(
    () => ({
      isNarrow,
      isPhone,
      isSidebarOpen: isNarrow ? over.sidebar : hasSidebar,
      isInspectorOpen: isPhone ? over.inspector : hasInspector,
      isSettingsOpen: isNarrow ? over.settings : hasSettings,
      dialog,
      setSidebar: (sidebar) => (isNarrow ? setOver({ ...NOTHING, sidebar }) : changeLayout({ hasSidebar: sidebar })),
      setInspector: (inspector) =>
        isPhone ? setOver({ ...NOTHING, inspector }) : changeLayout({ hasInspector: inspector }),
      setSettings: (settings) =>
        isNarrow ? setOver({ ...NOTHING, settings }) : changeLayout({ hasSettings: settings }),
      setDialog,
    }),
    [isNarrow, isPhone, over, hasSidebar, hasInspector, hasSettings, dialog, changeLayout],
  );
}
