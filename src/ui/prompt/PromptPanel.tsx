import { useState } from "react";
import { useApp } from "../appContext";
import { IconButton } from "../IconButton";
import { Panel } from "../panels/Panel";
import { PROMPT_INPUT } from "../settings/showSettings";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

type BuiltIn = keyof Strings["prompt"]["presets"];

/** The chat's system prompt, and the texts to fill it with. */
export function PromptPanel() {
  const { prompt } = useStrings();
  const text = useApp((state) => state.chat.systemPrompt);
  const isBase = useApp((state) => state.model !== null && !state.model.report.hasChatTemplate);
  const setSystemPrompt = useApp((state) => state.setSystemPrompt);
  return (
    <Panel title={prompt.panel}>
      <div className="prompt">
        <Presets text={text} />
        <textarea
          id={PROMPT_INPUT}
          aria-label={prompt.name}
          aria-describedby="system-prompt-hint"
          dir="auto"
          rows={3}
          value={text}
          onChange={(event) => setSystemPrompt(event.target.value)}
        />
        <p id="system-prompt-hint" className="hint">
          {isBase ? prompt.baseHint : prompt.hint}
        </p>
        <div className="prompt-actions">
          {isBase && <BeginWith text={text} />}
          <SavePreset text={text} />
        </div>
      </div>
    </Panel>
  );
}

function Presets({ text }: { text: string }) {
  const { prompt } = useStrings();
  const own = useApp((state) => state.promptPresets);
  const setSystemPrompt = useApp((state) => state.setSystemPrompt);
  const deletePromptPreset = useApp((state) => state.deletePromptPreset);
  const builtIn = (Object.keys(prompt.presets) as BuiltIn[]).map((key) => ({ id: key, ...prompt.presets[key] }));
  const all = [...builtIn, ...own];
  const current = all.find((preset) => preset.text === text);
  const isOwn = own.some((preset) => preset === current);
  const options = (presets: readonly { id: string; name: string }[]) =>
    presets.map((preset) => (
      <option key={preset.id} value={preset.id}>
        {preset.name}
      </option>
    ));
  return (
    <div className="prompt-presets">
      <select
        aria-label={prompt.preset}
        value={current?.id ?? ""}
        onChange={({ target }) => {
          const chosen = all.find((preset) => preset.id === target.value);
          if (chosen !== undefined) setSystemPrompt(chosen.text);
        }}
      >
        <option value="" disabled>
          {prompt.choose}
        </option>
        <optgroup label={prompt.builtIn}>{options(builtIn)}</optgroup>
        {own.length > 0 && <optgroup label={prompt.own}>{options(own)}</optgroup>}
      </select>
      {isOwn && current !== undefined && (
        <IconButton icon="delete" label={prompt.remove} onClick={() => deletePromptPreset(current.id)} />
      )}
    </div>
  );
}

/** What a base model reads is one text: examples and tasks stand at its beginning. */
function BeginWith({ text }: { text: string }) {
  const { prompt } = useStrings();
  const setDraft = useApp((state) => state.setDraft);
  const draft = useApp((state) => state.draft);
  const begin = (): void => {
    setDraft(draft === "" ? `${text}\n\n` : `${text}\n\n${draft}`);
    document.getElementById("message")?.focus();
  };
  return (
    <button type="button" className="button" disabled={text.trim() === ""} onClick={begin}>
      {prompt.begin}
    </button>
  );
}

function SavePreset({ text }: { text: string }) {
  const { prompt, cancel } = useStrings();
  const savePromptPreset = useApp((state) => state.savePromptPreset);
  const [name, setName] = useState<string | null>(null);
  if (name === null) {
    return (
      <button
        type="button"
        className="button button-quiet prompt-save"
        disabled={text.trim() === ""}
        onClick={() => setName("")}
      >
        {prompt.save}
      </button>
    );
  }
  return (
    <form
      className="prompt-name"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") savePromptPreset(name.trim(), text);
        setName(null);
      }}
    >
      <input
        type="text"
        aria-label={prompt.saveName}
        placeholder={prompt.saveName}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="button" className="button button-quiet" onClick={() => setName(null)}>
        {cancel}
      </button>
      <button type="submit" className="button" disabled={name.trim() === ""}>
        {prompt.saveConfirm}
      </button>
    </form>
  );
}
