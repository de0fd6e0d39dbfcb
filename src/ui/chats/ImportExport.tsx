import { useRef, useState } from "react";
import { isEmptyConversation } from "../../store/conversationWords";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { MoreMenu } from "../menu/MoreMenu";
import { useStrings } from "../strings/useStrings";
import { useSaveChat } from "./useSaveChat";

/** What the import button opens; the palette opens it too. */
export const IMPORT_INPUT = "import-chats";

export function ImportExport() {
  const { chats: strings } = useStrings();
  const importChats = useApp((state) => state.importChats);
  const isEmpty = useApp((state) => isEmptyConversation(state.chat));
  const [count, setCount] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const save = useSaveChat();
  return (
    <div className="sidebar-foot">
      <p role="status" className="sidebar-said">
        {count > 0 && strings.imported(count)}
      </p>
      <div className="sidebar-files">
        <input
          ref={input}
          id={IMPORT_INPUT}
          type="file"
          accept=".json,.md,application/json,text/markdown"
          hidden
          onChange={(event) => {
            const file = event.target.files?.[0];
            setCount(0);
            if (file !== undefined) void importChats(file).then(setCount);
            // The same file can be chosen again.
            event.target.value = "";
          }}
        />
        <button
          type="button"
          className="button button-quiet"
          title={strings.importHint}
          onClick={() => input.current?.click()}
        >
          <Icon name="import" />
          {strings.import}
        </button>
        <button
          type="button"
          className="button button-quiet"
          title={strings.exportHint}
          disabled={isEmpty}
          onClick={save.current}
        >
          <Icon name="export" />
          {strings.export}
        </button>
        <MoreMenu
          label={strings.formats}
          hint={strings.formats}
          groups={[
            [
              { label: strings.exportJson, isOff: isEmpty, onClick: save.current },
              { label: strings.exportMarkdown, isOff: isEmpty, onClick: () => save.markdown() },
              { label: strings.exportAll, onClick: save.all },
            ],
          ]}
        />
      </div>
    </div>
  );
}
