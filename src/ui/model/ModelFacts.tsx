import type { ModelReport } from "../../shared/protocol";
import { FORMAT_IDS, QUANT_FORMATS } from "../../shared/quant";
import { formatBytes, formatParameters, formatPercent } from "../../shared/units";
import { Facts } from "../panels/Facts";
import { useStrings } from "../strings/useStrings";
import { describeSpec } from "./describeSpec";

export function ModelFacts({ report }: { report: ModelReport }) {
  const { model } = useStrings();
  const total = Object.values(report.weightBytes).reduce((sum, bytes) => sum + bytes, 0);
  return (
    <>
      <h3 className="subtitle">{model.weights}</h3>
      <Facts
        facts={[
          [model.parameters, formatParameters(report.parameters)],
          [model.onGpu, model.onGpuOf(formatBytes(report.gpuBytes), formatBytes(total))],
        ]}
      />
      <WeightBar weightBytes={report.weightBytes} total={total} />
      <h3 className="subtitle">{model.architecture}</h3>
      <Facts facts={describeSpec(report.spec, model.spec)} />
    </>
  );
}

/** The share of each format in the bytes of the weights; the list carries the same numbers as words. */
function WeightBar({ weightBytes, total }: { weightBytes: ModelReport["weightBytes"]; total: number }) {
  const parts = FORMAT_IDS.flatMap((id) => {
    const bytes = weightBytes[id] ?? 0;
    return bytes > 0 ? [{ id, bytes }] : [];
  }).sort((a, b) => b.bytes - a.bytes);
  return (
    <div className="weights">
      <div className="weights-bar" aria-hidden="true">
        {parts.map(({ id, bytes }) => (
          <span key={id} data-format={id} style={{ flexGrow: bytes / total }} />
        ))}
      </div>
      <ul className="weights-list">
        {parts.map(({ id, bytes }) => (
          <li key={id}>
            <span className="weights-key" data-format={id} aria-hidden="true" />
            <code>{id}</code>
            <span className="weights-label">{QUANT_FORMATS[id].label}</span>
            <span className="number">{formatBytes(bytes)}</span>
            <span className="number weights-share">{formatPercent(bytes / total)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
