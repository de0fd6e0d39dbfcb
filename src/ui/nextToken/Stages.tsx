import { useShallow } from "zustand/react/shallow";
import type { NextTokenReport, SamplerStage } from "../../shared/nextToken";
import { DASH, formatCount, formatProbability } from "../../shared/units";
import type { GenerationSettings } from "../../store/samplingSlice";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";
import { TokenLabel } from "./TokenLabel";

/** How many tokens each stage of the sampler leaves, and what becomes of the listed ones on the way. */
export function Stages({ report }: { report: NextTokenReport }) {
  const { nextToken: words } = useStrings();
  const settings = useApp(useShallow((state) => state.settings));
  return (
    <details className="next-token-more">
      <summary>
        <Icon name="chevron" />
        {words.stages}
      </summary>
      <table className="table stages" aria-label={words.stages}>
        <thead>
          <tr>
            <th scope="col">{words.stage}</th>
            <th scope="col">{words.setting}</th>
            <th scope="col">{words.survivors}</th>
            <th scope="col">{words.mass}</th>
          </tr>
        </thead>
        <tbody>
          {report.stages.map(({ stage, survivors, probability }) => (
            <tr key={stage} data-stage={stage} data-survivors={survivors}>
              <th scope="row">{words.stageNames[stage]}</th>
              <td>{settingOf(words, stage, settings)}</td>
              <td>{formatCount(survivors)}</td>
              <td>{formatProbability(probability)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className="table stages" aria-label={words.byStage}>
        <thead>
          <tr>
            <th scope="col">{words.token}</th>
            <th scope="col">{words.raw}</th>
            {report.stages.map(({ stage }) => (
              <th key={stage} scope="col">
                {words.stageNames[stage]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.candidates.map(({ token, probability, byStage }) => (
            <tr key={token.id}>
              <th scope="row">
                <code className="token">
                  <TokenLabel token={token} />
                </code>
              </th>
              <td>{formatProbability(probability)}</td>
              {report.stages.map(({ stage }, index) => (
                <td key={stage}>{byStage[index] == null ? DASH : formatProbability(byStage[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function settingOf(words: Strings["nextToken"], stage: SamplerStage, settings: GenerationSettings): string {
  const { greedy, temperature, topK, topP, minP, repetitionPenalty, frequencyPenalty, presencePenalty } = settings;
  if (stage === "penalties") {
    const isOff = repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0;
    return isOff ? words.off : words.penaltySetting({ ...settings, seed: 0 });
  }
  if (greedy || temperature === 0) return stage === "temperature" ? words.greedy : words.off;
  if (stage === "temperature") return String(temperature);
  if (stage === "topK") return topK === 0 ? words.off : String(topK);
  const share = stage === "topP" ? topP : minP;
  return share === (stage === "topP" ? 1 : 0) ? words.off : String(share);
}
