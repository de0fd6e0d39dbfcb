import type { ComparisonRun } from "../../store/compareSlice";
import { comparisonToJson } from "../../store/comparisonFile";
import { adapterName } from "../../store/measurements";
import { useApp } from "../appContext";
import { downloadText } from "../downloadText";
import { useStrings } from "../strings/useStrings";

export function ExportButton({ run }: { run: ComparisonRun }) {
  const { compare } = useStrings();
  const adapter = useApp(({ device }) => (device.status === "ready" ? adapterName(device.report) : ""));
  const save = (): void => {
    downloadText(`comparison-${run.modelName}.json`, "application/json", comparisonToJson(run, adapter, new Date()));
  };
  return (
    <button type="button" className="button" onClick={save}>
      {compare.exportJson}
    </button>
  );
}
