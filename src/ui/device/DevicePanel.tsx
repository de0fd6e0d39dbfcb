import type { DeviceReport, ModelReport } from "../../shared/protocol";
import { DASH, formatBytes, formatCount } from "../../shared/units";
import { useApp } from "../appContext";
import { Facts } from "../panels/Facts";
import { Panel } from "../panels/Panel";
import { adapterName } from "./adapterName";

export function DevicePanel() {
  const device = useApp((state) => state.device);
  const variants = useApp((state) => state.model?.report.variants ?? null);
  return (
    <Panel title="Device">
      {device.status === "ready" ? (
        <Adapter report={device.report} />
      ) : (
        <p className="hint">{DEVICE_TEXTS[device.status]}</p>
      )}
      {variants !== null && <Variants variants={variants} />}
    </Panel>
  );
}

const DEVICE_TEXTS = {
  asking: "Asking the browser for a graphics adapter.",
  unavailable: "This browser offers no WebGPU adapter.",
  failed: "The graphics adapter did not answer.",
} as const;

function Adapter({ report }: { report: DeviceReport }) {
  const { adapter, limits, features, isSoftware } = report;
  const chip = [adapter.vendor, adapter.architecture].filter((part) => part !== "").join(" ");
  return (
    <>
      {isSoftware && (
        <p className="note note-warning">
          A software adapter computes on the processor: the answers are right, but slow. Check that the browser uses
          graphics acceleration.
        </p>
      )}
      <Facts
        facts={[
          ["Adapter", adapterName(report)],
          ["Architecture", chip === "" ? DASH : chip],
          ["Largest buffer", formatBytes(limits.maxBufferSize)],
          ["Largest binding", formatBytes(limits.maxStorageBufferBindingSize)],
          ["Workgroup memory", formatBytes(limits.maxComputeWorkgroupStorageSize)],
          ["Workgroup size", `${formatCount(limits.maxComputeInvocationsPerWorkgroup)} threads`],
        ]}
      />
      <h3 className="subtitle">Features in use</h3>
      {features.length === 0 ? (
        <p className="hint">None beyond the standard: everything is computed in f32.</p>
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
  return (
    <>
      <h3 className="subtitle">Kernels chosen</h3>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Operation</th>
            <th scope="col">Variant</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {variants.map(({ operation, variant, reason }) => (
            <tr key={operation}>
              <th scope="row">{operation}</th>
              <td>{variant.replace("_", "-")}</td>
              <td className="muted">{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
