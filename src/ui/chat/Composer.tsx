import { type KeyboardEvent, useRef } from "react";
import type { AppState } from "../../store/appStore";
import { useApp } from "../appContext";
import { Icon } from "../Icon";

function placeholder({ model, loading }: AppState): string {
  if (model === null) return loading !== null ? "Write a message" : "Open a model, then write here";
  return model.report.hasChatTemplate ? "Write a message" : "Begin a text for the model to continue";
}

/** What the model cannot do, said before it is tried. */
function limitation({ model }: AppState): string | null {
  if (model === null) return null;
  const { hasTokenizer, hasChatTemplate } = model.report;
  if (!hasTokenizer) return "This model has no tokenizer, so it cannot chat.";
  return hasChatTemplate ? null : "This is a base model: it continues your text. Each message starts afresh.";
}

export function Composer() {
  const draft = useApp((state) => state.draft);
  const hasModel = useApp((state) => state.model !== null);
  const isStreaming = useApp((state) => state.streaming !== null);
  const hint = useApp(placeholder);
  const note = useApp(limitation);
  const setDraft = useApp((state) => state.setDraft);
  const send = useApp((state) => state.send);
  const stop = useApp((state) => state.stop);
  const input = useRef<HTMLTextAreaElement>(null);

  const submit = (): void => {
    input.current?.focus();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter also confirms a word in an input method.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {note !== null && <p className="composer-note">{note}</p>}
      <div className="composer-box">
        <textarea
          ref={input}
          id="message"
          aria-label="Message"
          aria-keyshortcuts="Enter"
          dir="auto"
          rows={1}
          placeholder={hint}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-actions">
          <NewChat />
          {isStreaming ? (
            <button type="button" className="button button-stop" onClick={() => void stop()}>
              <span className="stop-sign" aria-hidden="true" />
              Stop
            </button>
          ) : (
            <button type="submit" className="button button-primary" disabled={!hasModel || draft.trim() === ""}>
              <Icon name="send" />
              Send
            </button>
          )}
        </div>
      </div>
    </form>
  );
}

function NewChat() {
  const isEmpty = useApp((state) => state.turns.length === 0);
  const newChat = useApp((state) => state.newChat);
  return (
    <button type="button" className="button button-quiet" disabled={isEmpty} onClick={() => void newChat()}>
      <Icon name="compose" />
      New chat
    </button>
  );
}
