/** What of the page's frame is open, and who may open it: header, keyboard and palette all can. */
import { createContext, useContext } from "react";

export interface Shell {
  readonly isSidebarOpen: boolean;
  readonly isInspectorOpen: boolean;
  readonly dialog: "palette" | "shortcuts" | null;
  readonly setSidebar: (isOpen: boolean) => void;
  readonly setInspector: (isOpen: boolean) => void;
  readonly setDialog: (dialog: Shell["dialog"]) => void;
}

export const ShellContext = createContext<Shell | null>(null);

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (shell === null) throw new Error("useShell outside of App");
  return shell;
}
