import { chosenThinking } from "../../store/thinking";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { ImageTools } from "../image/ImageTools";
import { PROMPT_INPUT, SAMPLING_START, showSettings } from "../settings/showSettings";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";

/** What decides how the message is answered. Each shows its part of the settings, also where they are open already. */
export function ComposerTools() {
  const { composer, sampling, prompt } = useStrings();
  const shell = useShell();
  const thinks = useApp(({ model, settings }) => chosenThinking(model?.report.thinking, settings.thinks));
  const changeSettings = useApp((state) => state.changeSettings);
  const hasPrompt = useApp((state) => state.chat.systemPrompt.trim() !== "");
  return (
    <div className="composer-tools">
      <button type="button" className="button button-quiet" onClick={() => showSettings(shell, SAMPLING_START)}>
        <Icon name="settings" />
        <span className="tool-text">{sampling.panel}</span>
      </button>
      <button
        type="button"
        className="button button-quiet"
        data-set={hasPrompt}
        onClick={() => showSettings(shell, PROMPT_INPUT)}
      >
        <Icon name="prompt" />
        <span className="tool-text">{prompt.panel}</span>
      </button>
      {/* What comes with a model stands after what is always there. */}
      {thinks !== null && (
        <button
          type="button"
          className="button button-quiet"
          aria-pressed={thinks}
          data-set={thinks}
          onClick={() => changeSettings({ thinks: !thinks })}
        >
          <Icon name="thinking" />
          <span className="tool-text">{composer.think}</span>
        </button>
      )}
      <ImageTools />
    </div>
  );
}
