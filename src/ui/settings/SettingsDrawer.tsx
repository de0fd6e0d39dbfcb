import { useCallback, useRef } from "react";
import { IconButton } from "../IconButton";
import { LanguagePanel } from "../panels/LanguagePanel";
import { PromptPanel } from "../prompt/PromptPanel";
import { SamplingPanel } from "../sampling/SamplingPanel";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { landmark, useModal } from "../useModal";

/** How the model answers: sampling, and beside it the system prompt. Under the list of chats, or a sheet on a phone. */
export function SettingsDrawer() {
  const { settings, close } = useStrings();
  const { isPhone, isNarrow, isSettingsOpen, isSidebarOpen, isInspectorOpen, setSettings } = useShell();
  const place = useRef<HTMLDivElement>(null);
  const isModal = isPhone && isSettingsOpen;
  useModal(
    isModal,
    place,
    useCallback(() => setSettings(false), [setSettings]),
  );
  const isBehind = (isNarrow && isSidebarOpen) || (isPhone && isInspectorOpen);
  return (
    <div
      ref={place}
      id="settings"
      className="settings sheet"
      inert={!isSettingsOpen || isBehind}
      {...landmark("complementary", settings.name, isModal)}
    >
      <div className="settings-head">
        <h2>{settings.name}</h2>
        <IconButton icon="close" label={`${close}: ${settings.name}`} onClick={() => setSettings(false)} />
      </div>
      <div className="settings-panels">
        <SamplingPanel />
        <div className="settings-beside">
          <PromptPanel />
          <LanguagePanel />
        </div>
      </div>
    </div>
  );
}
