import { type KeyboardEvent, useRef } from "react";
import { formatPercent } from "../../shared/units";
import type { AppState } from "../../store/appStore";
import { titleOf } from "../../store/conversationWords";
import { attachedTo, hasUnseenPictures } from "../../store/imageSlice";
import { canReopen } from "../../store/modelSlice";
import { looksLikePicture } from "../../store/picture";
import { useApp } from "../appContext";
import { contextUse } from "../header/contextUse";
import { useContextNext } from "../header/useContextNext";
import { Icon } from "../Icon";
import { AttachedPictures, UnseenNote } from "../image/AttachedPictures";
import { useTakeFiles } from "../image/useTakeFiles";
import { OpenAgain } from "../model/OpenAgain";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";
import { unlessSecondClick } from "../unlessSecondClick";
import { ComposerTools } from "./ComposerTools";

function placeholder({ model, loading }: AppState, { composer }: Strings): string {
  if (model === null) return loading !== null ? composer.write : composer.noModel;
  return model.report.hasChatTemplate ? composer.write : composer.begin;
}

/** What the model cannot do, said before it is tried. */
function limitation({ model, streaming, chat, chats }: AppState, strings: Strings): string | null {
  if (streaming !== null && streaming.chatId !== chat.id) {
    const other = chats.get(streaming.chatId);
    return strings.composer.elsewhere((other && titleOf(other)) ?? strings.chats.untitled);
  }
  if (model === null) return null;
  const { hasTokenizer, hasChatTemplate } = model.report;
  if (!hasTokenizer) return strings.composer.noTokenizer;
  return hasChatTemplate ? null : strings.composer.base;
}

export function Composer() {
  const strings = useStrings();
  const draft = useApp((state) => state.draft);
  const hasModel = useApp((state) => state.model !== null);
  const isStreaming = useApp((state) => state.streaming !== null);
  const hint = useApp((state) => placeholder(state, strings));
  const note = useApp((state) => limitation(state, strings));
  const isEmpty = useApp((state) => state.draft.trim() === "" && attachedTo(state).length === 0);
  const isHeldBack = useApp(hasUnseenPictures);
  const setDraft = useApp((state) => state.setDraft);
  const send = useApp((state) => state.send);
  const stop = useApp((state) => state.stop);
  const { takePictures } = useTakeFiles();
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
      <NoModelNote />
      {note !== null && <p className="composer-note">{note}</p>}
      <UnseenNote />
      <ContextNote />
      <div className="composer-box">
        <AttachedPictures />
        <textarea
          ref={input}
          id="message"
          aria-label={strings.composer.message}
          aria-keyshortcuts="Enter"
          dir="auto"
          rows={1}
          placeholder={hint}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pictures = [...event.clipboardData.files].filter(looksLikePicture);
            // Spreadsheets put a picture of the text beside the text.
            if (pictures.length === 0 || event.clipboardData.getData("text/plain") !== "") return;
            event.preventDefault();
            void takePictures(pictures);
          }}
        />
        <div className="composer-actions">
          <ComposerTools />
          {isStreaming ? (
            <button type="button" className="button button-stop" onClick={unlessSecondClick(() => void stop())}>
              <span className="stop-sign" aria-hidden="true" />
              {strings.composer.stop}
            </button>
          ) : (
            <button
              type="submit"
              className="button button-primary"
              disabled={!hasModel || isEmpty || isHeldBack}
              onClick={unlessSecondClick(() => {})}
            >
              <Icon name="send" />
              {strings.composer.send}
            </button>
          )}
        </div>
      </div>
    </form>
  );
}

/** A chat to go on with, and no model to do it. */
function NoModelNote() {
  const { empty } = useStrings();
  const isMissing = useApp((state) => state.model === null && state.loading === null && !state.isStarting);
  const isShown = useApp((state) => state.turns.length > 0);
  const last = useApp((state) => state.rememberedModel);
  const canReload = useApp(canReopen);
  // Then the error offers it already.
  const isLost = useApp((state) => (state.turns.at(-1)?.error ?? state.notice?.error)?.name === "DeviceLostError");
  if (!isMissing || !isShown || last === null || isLost) return null;
  return (
    <div className="composer-note composer-offer">
      {last.link === null && !canReload && <span>{empty.lastFiles(last.name)}</span>}
      <OpenAgain />
    </div>
  );
}

/** From here on it is worth knowing what goes first. */
const HIGH = 0.75;

function ContextNote() {
  const { contextNext } = useStrings();
  const share = useApp((state) => Math.floor((contextUse(state)?.share ?? 0) * 100) / 100);
  const next = useContextNext();
  const isEnding = useApp((state) => state.settings.atCapacity === "stop");
  const changeSettings = useApp((state) => state.changeSettings);
  if (share < HIGH) return null;
  return (
    <div className="composer-note composer-offer composer-context">
      <span>
        {contextNext.high(formatPercent(share))} {next}
      </span>
      {isEnding && (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => changeSettings({ atCapacity: "drop-oldest" })}
        >
          {contextNext.dropInstead}
        </button>
      )}
    </div>
  );
}
