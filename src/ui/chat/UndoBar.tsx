import { useEffect, useRef, useState } from "react";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { useStrings } from "../strings/useStrings";
import { focusSoon } from "../turn/focusSoon";

const SHOWN_MS = 12_000;

/** What was deleted can be taken back for a while; the while waits for a pointer or a focus that is on it. */
export function UndoBar() {
  const strings = useStrings();
  const undo = useApp((state) => state.undo);
  const dismissUndo = useApp((state) => state.dismissUndo);
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (undo === null || isHeld) return;
    const timer = setTimeout(dismissUndo, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [undo, isHeld, dismissUndo]);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // What was deleted took the focus with it.
    if (undo !== null) focusSoon(() => (document.activeElement === document.body ? button.current : null));
  }, [undo]);
  const restore = (): void => {
    undo?.restore();
    focusSoon(() => document.querySelector<HTMLElement>(".chat-scroll[tabindex]"));
  };
  return (
    <div role="status" aria-label={strings.chats.undo} className="undo-place">
      {undo !== null && (
        // biome-ignore lint/a11y/noStaticElementInteractions: holds the timer, does nothing
        <div
          className="undo"
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={({ target }) => setHeld(target.matches(":focus-visible"))}
          onBlur={() => setHeld(false)}
        >
          {undo.kind === "chat" ? strings.chats.deleted : strings.chats.turnDeleted}
          <button ref={button} type="button" className="button button-quiet" onClick={restore}>
            {strings.chats.undo}
          </button>
          <IconButton icon="close" label={strings.dismiss} onClick={dismissUndo} />
        </div>
      )}
    </div>
  );
}
