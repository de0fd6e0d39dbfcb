import type { KernelVariant } from "../../shared/protocol";
import { LEVELS } from "../../shared/quant";
import { LEVEL_LABELS } from "../../store/modelSource";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { SelectField } from "../panels/SelectField";
import { useStrings } from "../strings/useStrings";
import { ModelFacts } from "./ModelFacts";
import { ModelLink } from "./ModelLink";
import { OPEN_MODEL_INPUT } from "./openModelInput";

const LEVEL_OPTIONS = LEVELS.map((level) => [level, LEVEL_LABELS[level]] as const);

const VARIANT_OPTIONS: readonly (readonly [KernelVariant, string])[] = [
  ["auto", "auto"],
  ["workgroup", "workgroup"],
  ["subgroup", "subgroup"],
  ["barrier_free", "barrier-free"],
];

export function ModelPanel() {
  const { model: words } = useStrings();
  const level = useApp((state) => state.level);
  const variant = useApp((state) => state.variant);
  const model = useApp((state) => state.model);
  const chooseLevel = useApp((state) => state.chooseLevel);
  const chooseVariant = useApp((state) => state.chooseVariant);
  return (
    <Panel title={words.panel} aside={model !== null && <CloseModel />}>
      <OpenFiles />
      <ModelLink />
      <div className="fields">
        <SelectField
          label={words.level}
          hint={words.levelHint}
          value={level}
          options={LEVEL_OPTIONS}
          onChange={chooseLevel}
        />
        <SelectField
          label={words.kernels}
          hint={words.kernelsHint}
          value={variant}
          options={VARIANT_OPTIONS}
          onChange={chooseVariant}
        />
      </div>
      <ReloadModel />
      {model !== null && <ModelFacts report={model.report} />}
    </Panel>
  );
}

function OpenFiles() {
  const { model } = useStrings();
  const openFiles = useApp((state) => state.openFiles);
  return (
    <div className="open-files">
      <input
        id={OPEN_MODEL_INPUT}
        type="file"
        multiple
        className="visually-hidden"
        aria-describedby="open-model-hint"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same files can be chosen again.
          event.target.value = "";
          void openFiles(files);
        }}
      />
      <label htmlFor={OPEN_MODEL_INPUT} className="button">
        {model.openFiles}
      </label>
      <p id="open-model-hint" className="hint">
        {model.openHint}
      </p>
    </div>
  );
}

function CloseModel() {
  const { model } = useStrings();
  const closeModel = useApp((state) => state.closeModel);
  return (
    <button type="button" className="button button-quiet" onClick={() => void closeModel()}>
      {model.close}
    </button>
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
    <div className="reload">
      <p className="hint">{model.earlierChoice}</p>
      <button type="button" className="button" onClick={() => void reloadModel()}>
        {model.reload}
      </button>
    </div>
  );
}
