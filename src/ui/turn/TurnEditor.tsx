import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Turn } from "../../store/conversation";
import { useApp } from "../appContext";
import { TurnPictures } from "../image/TurnPictures";
import { useStrings } from "../strings/useStrings";
import { focusAction } from "./focusSoon";

/** Other words for a turn: they become a branch, the old ones stay. */
export function TurnEditor({ turn, text }: { turn: Turn; text: string }) {
  const strings = useStrings();
  const hasModel = useApp((state) => state.model !== null);
  const editTurn = useApp((state) => state.editTurn);
  const setEdit = useApp((state) => state.setEdit);
  const [images, setImages] = useState(turn.images);
  const input = useRef<HTMLTextAreaElement>(null);
  const isMessage = turn.role === "user";

  // One that was open already, on the last visit or out of sight, does not take the focus.
  const isNew = useRef(text === turn.text);
  useEffect(() => {
    const field = input.current;
    if (field === null || !isNew.current) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    // With its buttons.
    field.parentElement?.scrollIntoView({ block: "nearest" });
  }, []);

  const onEnd = (): void => {
    setEdit(turn.id, null);
    focusAction(turn.id, "edit");
  };
  const save = (): void => {
    onEnd();
    void editTurn(turn.id, text, images);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onEnd();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  };
  return (
    <div className="turn-editor">
      <TurnPictures turn={{ images }} onRemove={(id) => setImages(images.filter((other) => other !== id))} />
      <textarea
        ref={input}
        dir="auto"
        aria-label={strings.turn.editLabel[turn.role]}
        value={text}
        onChange={(event) => setEdit(turn.id, event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="turn-editor-actions">
        <button type="button" className="button button-quiet" onClick={onEnd}>
          {strings.cancel}
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={text.trim() === "" || (text === turn.text && images.length === turn.images.length)}
          onClick={save}
        >
          {isMessage && hasModel ? strings.turn.saveMessage : strings.turn.saveMessageOnly}
        </button>
      </div>
    </div>
  );
}
