import type { ComparisonRun } from "../../store/compareSlice";
import { comparisonToJson } from "../../store/comparisonFile";
import { downloadText } from "../downloadText";
import { useStrings } from "../strings/useStrings";

export function ExportButton({ run }: { run: ComparisonRun }) {
  const { compare } = useStrings();
  const save = (): void => {
    downloadText(`comparison-${run.modelName}.json`, "application/json", comparisonToJson(run, new Date()));
  };
  return (
    <button type="button" className="button" onClick={save}>
      {compare.exportJson}
    </button>
  );
}
