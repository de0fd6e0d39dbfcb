import { Command } from "cmdk";
import { isEmptyConversation, sortConversations, titleOf } from "../../store/conversationWords";
import { PRESET_SETTINGS, SAMPLING_PRESETS } from "../../store/samplingPresets";
import { useApp } from "../appContext";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { Dialog } from "./Dialog";
import { usePageActions } from "./usePageActions";

/** Everything the page can do, and every chat, by name. */
export default function Palette() {
  const { palette, chats: words, sampling } = useStrings();
  const { setDialog } = useShell();
  const actions = usePageActions();
  const chats = useApp((state) => state.chats);
  const selectChat = useApp((state) => state.selectChat);
  const changeSettings = useApp((state) => state.changeSettings);
  const followModel = useApp((state) => state.followModel);
  const offersOwn = useApp((state) => Boolean(state.model?.report.ownSampling));
  const run = (action: () => void): void => {
    setDialog(null);
    // After the dialog gave the focus back, so that an action can take it.
    setTimeout(action, 0);
  };
  return (
    <Dialog name={palette.name} className="dialog palette">
      <Command label={palette.name} loop>
        <Command.Input placeholder={palette.search} aria-label={palette.search} />
        <Command.List>
          <Command.Empty>{palette.nothing}</Command.Empty>
          <Command.Group heading={palette.actions}>
            {actions
              .filter(({ isPossible }) => isPossible)
              .map(({ name, act }) => (
                <Command.Item key={name} value={name} onSelect={() => run(act)}>
                  {name}
                </Command.Item>
              ))}
          </Command.Group>
          <Command.Group heading={palette.sampling}>
            {offersOwn && (
              <Command.Item value={`${palette.sampling} ${sampling.modelsOwn}`} onSelect={() => run(followModel)}>
                {sampling.modelsOwn}
              </Command.Item>
            )}
            {SAMPLING_PRESETS.map((preset) => (
              <Command.Item
                key={preset}
                value={`${palette.sampling} ${sampling.presets[preset]}`}
                onSelect={() => run(() => changeSettings(PRESET_SETTINGS[preset]))}
              >
                {sampling.presets[preset]}
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading={palette.chats}>
            {sortConversations(chats.values())
              .filter((chat) => !isEmptyConversation(chat))
              .map((chat) => (
                <Command.Item
                  key={chat.id}
                  value={`${titleOf(chat) ?? words.untitled} ${chat.id}`}
                  onSelect={() => run(() => selectChat(chat.id))}
                >
                  <span dir="auto">{titleOf(chat) ?? words.untitled}</span>
                </Command.Item>
              ))}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}
