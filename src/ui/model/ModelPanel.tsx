import type { KernelVariant } from "../../shared/protocol";
import { LEVELS } from "../../shared/quant";
import { LEVEL_LABELS } from "../../store/modelSource";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { SelectField } from "../panels/SelectField";
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
  const level = useApp((state) => state.level);
  const variant = useApp((state) => state.variant);
  const model = useApp((state) => state.model);
  const chooseLevel = useApp((state) => state.chooseLevel);
  const chooseVariant = useApp((state) => state.chooseVariant);
  return (
    <Panel title="Model" aside={model !== null && <CloseModel />}>
      <OpenFiles />
      <ModelLink />
      <div className="fields">
        <SelectField
          label="Level"
          hint="How weights are kept on the GPU. Full-precision files are converted while they load."
          value={level}
          options={LEVEL_OPTIONS}
          onChange={chooseLevel}
        />
        <SelectField
          label="Kernels"
          hint="Auto times the candidates while loading and takes the fastest."
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
        Open model files
      </label>
      <p id="open-model-hint" className="hint">
        One GGUF file, or config.json, tokenizer.json and *.safetensors together. Dropping them on the page works too.
      </p>
    </div>
  );
}

function CloseModel() {
  const closeModel = useApp((state) => state.closeModel);
  return (
    <button type="button" className="button button-quiet" onClick={() => void closeModel()}>
      Close model
    </button>
  );
}

/** Level and kernels act while loading, so a changed choice needs the source once more. */
function ReloadModel() {
  const level = useApp((state) => state.level);
  const variant = useApp((state) => state.variant);
  const open = useApp((state) => state.model?.request ?? null);
  const isLoading = useApp((state) => state.loading !== null);
  const reloadModel = useApp((state) => state.reloadModel);
  if (open === null || isLoading || (open.level === level && open.variant === variant)) return null;
  return (
    <div className="reload">
      <p className="hint">The open model still uses the earlier choice.</p>
      <button type="button" className="button" onClick={() => void reloadModel()}>
        Reload as chosen
      </button>
    </div>
  );
}
