import type { KernelVariant } from "../../shared/protocol";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { SelectField } from "../panels/SelectField";
import { useShell } from "../shell";
import { useStrings } from "../strings/useStrings";
import { useLevelName } from "./levelName";
import { ModelFacts } from "./ModelFacts";
import { ModelLevel } from "./OpenModel";

const VARIANT_OPTIONS: readonly (readonly [KernelVariant, string])[] = [
  ["auto", "auto"],
  ["workgroup", "workgroup"],
  ["subgroup", "subgroup"],
  ["barrier_free", "barrier-free"],
  ["f16", "f16 tiles"],
];

export function ModelPanel() {
  const { model: words } = useStrings();
  const { isPhone } = useShell();
  const variant = useApp((state) => state.variant);
  const model = useApp((state) => state.model);
  const chooseVariant = useApp((state) => state.chooseVariant);
  return (
    <Panel title={words.panel} aside={model !== null && <CloseModel />}>
      {isPhone && <ModelLevel />}
      <SelectField
        label={words.kernels}
        hint={words.kernelsHint}
        value={variant}
        options={VARIANT_OPTIONS}
        onChange={chooseVariant}
      />
      {model === null ? <p className="hint">{words.openHint}</p> : <OpenModelFacts />}
    </Panel>
  );
}

/** What the open model is; first, that it is not at the level that was asked for. */
function OpenModelFacts() {
  const strings = useStrings();
  const levelName = useLevelName();
  const model = useApp((state) => state.model);
  if (model === null) return null;
  const { report, request } = model;
  return (
    <>
      {report.level !== request.level && <p className="hint">{strings.model.staysStored(levelName(request.level))}</p>}
      <ModelFacts report={report} />
    </>
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
