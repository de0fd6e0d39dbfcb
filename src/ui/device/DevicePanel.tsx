import type { DeviceReport, ModelReport } from "../../shared/protocol";
import { DASH, formatBytes, formatCount } from "../../shared/units";
import { useApp } from "../appContext";
import { Facts } from "../panels/Facts";
import { Panel } from "../panels/Panel";
import { useRuntimeWords } from "../strings/useRuntimeWords";
import { useStrings } from "../strings/useStrings";
import { adapterName } from "./adapterName";

export function DevicePanel() {
  const { device: words } = useStrings();
  const device = useApp((state) => state.device);
  const variants = useApp((state) => state.model?.report.variants ?? null);
  return (
    <Panel title={words.panel}>
      {device.status === "ready" ? <Adapter report={device.report} /> : <p className="hint">{words[device.status]}</p>}
      {variants !== null && <Variants variants={variants} />}
    </Panel>
  );
}

function Adapter({ report }: { report: DeviceReport }) {
  const { device: words } = useStrings();
  const { adapter, limits, features, isSoftware } = report;
  const chip = [adapter.vendor, adapter.architecture].filter((part) => part !== "").join(" ");
  return (
    <>
      {isSoftware && <p className="note note-warning">{words.softwareNote}</p>}
      <Facts
        facts={[
          [words.adapter, adapterName(report)],
          [words.architecture, chip === "" ? DASH : chip],
          [words.largestBuffer, formatBytes(limits.maxBufferSize)],
          [words.largestBinding, formatBytes(limits.maxStorageBufferBindingSize)],
          [words.workgroupMemory, formatBytes(limits.maxComputeWorkgroupStorageSize)],
          [words.workgroupSize, words.threads(formatCount(limits.maxComputeInvocationsPerWorkgroup))],
        ]}
      />
      <h3 className="subtitle">{words.features}</h3>
      {features.length === 0 ? (
        <p className="hint">{words.noFeatures}</p>
      ) : (
        <ul className="tags">
          {features.map((feature) => (
            <li key={feature} className="tag">
              {feature}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Variants({ variants }: { variants: ModelReport["variants"] }) {
  const { device: words } = useStrings();
  const say = useRuntimeWords();
  return (
    <>
      <h3 className="subtitle">{words.kernels}</h3>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.operation}</th>
            <th scope="col">{words.variant}</th>
            <th scope="col">{words.why}</th>
          </tr>
        </thead>
        <tbody>
          {variants.map(({ operation, variant, reason }) => (
            <tr key={operation}>
              <th scope="row">{say(operation)}</th>
              <td>{variant.replace("_", "-")}</td>
              <td className="muted">{say(reason)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
