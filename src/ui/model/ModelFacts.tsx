import type { ModelReport } from "../../shared/protocol";
import { FORMAT_IDS, QUANT_FORMATS } from "../../shared/quant";
import { formatBytes, formatParameters, formatPercent } from "../../shared/units";
import { Facts } from "../panels/Facts";
import { describeSpec } from "./describeSpec";

export function ModelFacts({ report }: { report: ModelReport }) {
  const total = Object.values(report.weightBytes).reduce((sum, bytes) => sum + bytes, 0);
  return (
    <>
      <h3 className="subtitle">Weights</h3>
      <Facts
        facts={[
          ["Parameters", formatParameters(report.parameters)],
          ["On the GPU", `${formatBytes(report.gpuBytes)}, of these weights ${formatBytes(total)}`],
        ]}
      />
      <WeightBar weightBytes={report.weightBytes} total={total} />
      <h3 className="subtitle">Architecture</h3>
      <Facts facts={describeSpec(report.spec)} />
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
