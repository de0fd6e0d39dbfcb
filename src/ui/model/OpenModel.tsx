import { readChoiceText } from "../../shared/recipes";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { useStrings } from "../strings/useStrings";
import { LevelOptions } from "./LevelOptions";
import { OPEN_MODEL_INPUT } from "./openModelInput";

/** The level that files are opened at: in the header, or on a phone, which has no room there, in the panel of models. */
export function ModelLevel() {
  return (
    <div className="open-model">
      <Level />
      <ReloadModel />
    </div>
  );
}

/** The page's one file input. */
export function OpenFiles() {
  const { model } = useStrings();
  const openFiles = useApp((state) => state.openFiles);
  return (
    <div className="open-files">
      <input
        id={OPEN_MODEL_INPUT}
        type="file"
        multiple
        className="visually-hidden"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same files can be chosen again.
          event.target.value = "";
          void openFiles(files);
        }}
      />
      <label htmlFor={OPEN_MODEL_INPUT} className="button" title={model.openHint}>
        <Icon name="open" />
        <span className="open-files-text">{model.openFiles}</span>
      </label>
    </div>
  );
}

function Level() {
  const { model } = useStrings();
  const level = useApp((state) => state.level);
  const chooseLevel = useApp((state) => state.chooseLevel);
  return (
    <div className="open-level" title={model.levelHint}>
      <label htmlFor="level">{model.level}</label>
      <select
        id="level"
        value={level}
        onChange={({ target }) => {
          const chosen = readChoiceText(target.value);
          if (chosen !== null) chooseLevel(chosen);
        }}
      >
        <LevelOptions chosen={level} />
      </select>
    </div>
  );
}

/** Level and kernels act while loading, so a changed choice needs the source once more. */
function ReloadModel() {
  const { model } = useStrings();
  const level = useApp((state) => state.level);
  const variant = useApp((state) => state.variant);
  const open = useApp((state) => state.model?.request ?? null);
  const isLoading = useApp((state) => state.loading !== null);
  const reloadModel = useApp((state) => state.reloadModel);
  if (open === null || isLoading || (open.level === level && open.variant === variant)) return null;
  return (
    <button type="button" className="button" title={model.earlierChoice} onClick={() => void reloadModel()}>
      {model.reload}
    </button>
  );
}
