import { useCallback, useEffect, useRef, useState } from "react";
import { Chat } from "./chat/Chat";
import { Header } from "./header/Header";
import { DropTarget } from "./model/DropTarget";
import { Inspector } from "./panels/Inspector";
import { PHONE, useMediaQuery } from "./useMediaQuery";

/** Beside the chat on a wide screen, below it on a narrow one, a sheet over it on a phone. */
export function App() {
  const isPhone = useMediaQuery(PHONE);
  const [isOpen, setOpen] = useState(!isPhone);
  const settingsButton = useRef<HTMLButtonElement>(null);
  const isSheet = isPhone && isOpen;

  // Turning a phone or resizing: the sheet never opens by itself, the column is there by itself.
  useEffect(() => setOpen(!isPhone), [isPhone]);

  const close = useCallback(() => setOpen(false), []);

  // A closed sheet gives the focus back to what opened it.
  const wasSheet = useRef(false);
  useEffect(() => {
    if (wasSheet.current && !isSheet) settingsButton.current?.focus();
    wasSheet.current = isSheet;
  }, [isSheet]);

  return (
    <div className="app" data-inspector={isOpen ? "open" : "closed"}>
      <Header
        isBehindSheet={isSheet}
        isInspectorOpen={isOpen}
        onToggleInspector={() => setOpen(!isOpen)}
        settingsButton={settingsButton}
      />
      <main className="app-main" inert={isSheet}>
        <Chat />
      </main>
      {isSheet && <button type="button" className="scrim" aria-label="Close settings" tabIndex={-1} onClick={close} />}
      <Inspector isSheet={isPhone} isOpen={isOpen} onClose={close} />
      <DropTarget />
    </div>
  );
}
