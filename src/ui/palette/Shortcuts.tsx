import { IconButton } from "../IconButton";
import { useShell } from "../shell";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";
import { Dialog } from "./Dialog";

type Words = Strings["shortcuts"];

/** What useShortcuts.ts and the composer listen to. */
function shortcuts(words: Words): readonly (readonly [keys: readonly string[], does: string])[] {
  const { ctrl, shift, enter } = words;
  return [
    [["?"], words.list],
    [[ctrl, "K"], words.palette],
    [[ctrl, shift, "O"], words.newChat],
    [[ctrl, shift, "F"], words.search],
    [["/"], words.message],
    [[enter], words.send],
    [[shift, enter], words.newLine],
    [[words.escape], words.stop],
    [[ctrl, shift, "U"], words.regenerate],
    [[ctrl, shift, "E"], words.editLast],
    [[ctrl, shift, "Y"], words.copyLast],
    [[ctrl, "B"], words.sidebar],
    [[ctrl, "."], words.settings],
    [[ctrl, "I"], words.inspector],
  ];
}

/** Macs write Ctrl as a sign of their own. */
function keyName(key: string, ctrl: string): string {
  return key === ctrl && /Mac|iP(hone|ad)/.test(navigator.userAgent) ? "⌘" : key;
}

export default function Shortcuts() {
  const { shortcuts: words, close } = useStrings();
  const { setDialog } = useShell();
  return (
    <Dialog name={words.name} className="dialog">
      <div className="dialog-head">
        <h2>{words.name}</h2>
        <IconButton icon="close" label={close} onClick={() => setDialog(null)} />
      </div>
      <dl className="shortcuts">
        {shortcuts(words).map(([keys, does]) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{keyName(key, words.ctrl)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
