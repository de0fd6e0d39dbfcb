import { TOKENS_IN_FLIGHT } from "../../store/samplingSlice";
import { useApp } from "../appContext";
import { Panel } from "../panels/Panel";
import { SelectField } from "../panels/SelectField";
import { CacheFields } from "./CacheFields";
import { NumberField } from "./NumberField";
import { SeedField } from "./SeedField";
import { DRAW_SETTINGS, LENGTH_SETTING, PENALTY_SETTINGS } from "./settingTexts";

const IN_FLIGHT_OPTIONS = TOKENS_IN_FLIGHT.map((count) => [count, String(count)] as const);

export function SamplingPanel() {
  const resetSettings = useApp((state) => state.resetSettings);
  const reset = (
    <button type="button" className="button button-quiet" onClick={resetSettings}>
      Reset
    </button>
  );
  return (
    <Panel title="Sampling" aside={reset}>
      <div className="fields">
        <Greedy />
        {DRAW_SETTINGS.map((text) => (
          <NumberField key={text.setting} {...text} />
        ))}
        <SeedField />
      </div>
      <h3 className="subtitle">Penalties</h3>
      <div className="fields">
        {PENALTY_SETTINGS.map((text) => (
          <NumberField key={text.setting} {...text} />
        ))}
      </div>
      <h3 className="subtitle">Length and pace</h3>
      <div className="fields">
        <NumberField {...LENGTH_SETTING} />
        <StopStrings />
        <TokensInFlight />
      </div>
      <h3 className="subtitle">Cache</h3>
      <CacheFields />
    </Panel>
  );
}

function Greedy() {
  const isGreedy = useApp((state) => state.settings.greedy);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <div className="field">
      <div className="field-words">
        <label htmlFor="greedy">Greedy</label>
        <p id="greedy-hint" className="hint">
          Always the likeliest token, whatever the next five settings say.
        </p>
      </div>
      <input
        id="greedy"
        type="checkbox"
        aria-describedby="greedy-hint"
        checked={isGreedy}
        onChange={(event) => changeSettings({ greedy: event.target.checked })}
      />
    </div>
  );
}

function StopStrings() {
  const stopText = useApp((state) => state.settings.stopText);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <div className="field field-tall">
      <div className="field-words">
        <label htmlFor="stop-strings">Stop strings</label>
        <p id="stop-strings-hint" className="hint">
          One per line; the answer ends before them. \n stands for a line break.
        </p>
      </div>
      <textarea
        id="stop-strings"
        rows={2}
        spellCheck={false}
        aria-describedby="stop-strings-hint"
        value={stopText}
        onChange={(event) => changeSettings({ stopText: event.target.value })}
      />
    </div>
  );
}

function TokensInFlight() {
  const tokensInFlight = useApp((state) => state.settings.tokensInFlight);
  const changeSettings = useApp((state) => state.changeSettings);
  return (
    <SelectField
      label="Tokens in flight"
      hint="Steps handed to the GPU ahead of the one being read. Changes the speed, never the text."
      value={tokensInFlight}
      options={IN_FLIGHT_OPTIONS}
      onChange={(count) => changeSettings({ tokensInFlight: count })}
    />
  );
}
