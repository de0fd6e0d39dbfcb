import { DevicePanel } from "../device/DevicePanel";
import { ModelPanel } from "../model/ModelPanel";
import { AddModel } from "./AddModel";
import { CachedModels } from "./CachedModels";
import { Catalogue } from "./Catalogue";
import { WillItFit } from "./WillItFit";

/** Models: to add, kept here, open; and the device that computes them. */
export default function ModelsPanel() {
  return (
    <>
      <AddModel />
      <WillItFit />
      <CachedModels />
      <Catalogue />
      <ModelPanel />
      <DevicePanel />
    </>
  );
}
