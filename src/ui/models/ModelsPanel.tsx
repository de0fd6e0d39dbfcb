import { DevicePanel } from "../device/DevicePanel";
import { ModelPanel } from "../model/ModelPanel";

/** The open model, and the device that computes it. */
export default function ModelsPanel() {
  return (
    <>
      <ModelPanel />
      <DevicePanel />
    </>
  );
}
