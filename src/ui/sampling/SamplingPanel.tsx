import { PRESET_SETTINGS, presetOf, SAMPLING_PRESETS, type SamplingPreset } from "../../store/samplingPresets";
import { TOKENS_IN_FLIGHT } from "../../store/samplingSlice";
import { useApp } from "../appContext";
import { Field } from "../panels/Field";
import { Panel } from "../panels/Panel";
import { SelectField } from "../panels/SelectField";
import { SAMPLING_START } from "../settings/showSettings";
import { useStrings } from "../strings/useStrings";
import { CacheFields } from "./CacheFields";
import { NumberField } from "./NumberField";
import { SeedField } from "./SeedField";
import { DRAW_SETTINGS, LENGTH_SETTING, PENALTY_SETTINGS } from "./settingFields";

const IN_FLIGHT_OPTIONS = TOKENS_IN_FLIGHT.map((count) => [count, String(count)] as const);

export function SamplingPanel() {
  const { sampling } = useStrings();
  const resetSettings = useApp((state) => state.resetSettings);
  const reset = (
    <button type="button" className="button button-quiet" onClick={resetSettings}>
      {sampling.reset}
    </button>
  );
  return (
    <Panel title={sampling.panel} aside={reset}>
      <div className="fields">
        <Preset />
        <Greedy />
        {DRAW_SETTINGS.map((field) => (
          <NumberField key={field.setting} {...field} />
        ))}
        <SeedField />
      </div>
      <h3 className="subtitle">{sampling.penalties}</h3>
      <div className="fields">
        {PENALTY_SETTINGS.map((field) => (
          <NumberField key={field.setting} {...field} />
        ))}
      </div>
      <h3 className="subtitle">{sampling.length}</h3>
      <div className="fields">
        <NumberField {...LENGTH_SETTING} />
        <StopStrings />
        <TokensInFlight />
      </div>
      <h3 className="subtitle">{sampling.cache}</h3>
      <CacheFields />
    </Panel>
  );
}

function Preset() {
  const { sampling } = useStrings();
  const preset = useApp((state) => presetOf(state.settings));
  const offersOwn = useApp((state) => Boolean(state.model?.report.ownSampling));
  const isOwn = useApp((state) => offersOwn && !state.hasOwnSampler);
  const changeSettings = useApp((state) => state.changeSettings);
  const followModel = useApp((state) => state.followModel);
  const value = isOwn ? "model" : (preset ?? "custom");
  const options: (readonly [SamplingPreset | "custom" | "model", string])[] = [
    ...(value === "custom" ? [["custom", sampling.custom] as const] : []),
    ...(offersOwn ? [["model", sampling.modelsOwn] as const] : []),
    ...SAMPLING_PRESETS.map((known) => [known, sampling.presets[known]] as const),
  ];
  return (
    <SelectField<SamplingPreset | "custom" | "model">
      id={SAMPLING_START}
      label={sampling.preset}
      hint={isOwn ? sampling.modelsOwnHint : sampling.presetHint}
      value={value}
      options={options}
      onChange={(chosen) => {
        if (chosen === "model") followModel();
        else if (chosen !== "custom") changeSettings(PRESET_SETTINGS[chosen]);
      }}
    />
  );
}

function Greedy() {
  const { sampling } = useStrings();
  const isGreedy = useApp((state) => state.settings.greedy);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <Field id="greedy" label={sampling.greedy} hint={sampling.greedyHint}>
      <input
        id="greedy"
        type="checkbox"
        aria-describedby="greedyhint"
        checked={isGreedy}
        onChange={(event) => changeSettings({ greedy: event.target.checked })}
      />
    </Field>
  );
}

function StopStrings() {
  const { sampling } = useStrings();
  const stopText = useApp((state) => state.settings.stopText);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <Field id="stop-strings" label={sampling.stopStrings} hint={sampling.stopStringsHint} className="field-tall">
      <textarea
        id="stop-strings"
        rows={2}
        spellCheck={false}
        aria-describedby="stop-stringshint"
        value={stopText}
        onChange={(event) => changeSettings({ stopText: event.target.value })}
      />
    </Field>
  );
}

function TokensInFlight() {
  const { sampling } = useStrings();
  const tokensInFlight = useApp((state) => state.settings.tokensInFlight);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <SelectField
      label={sampling.inFlight}
      hint={sampling.inFlightHint}
      value={tokensInFlight}
      options={IN_FLIGHT_OPTIONS}
      onChange={(count) => changeSettings({ tokensInFlight: count })}
    />
  );
}
