import { formatCount } from "../../shared/units";
import type { ComparisonRun } from "../../store/compareSlice";
import { comparisonToCsv, comparisonToJson, runFacts } from "../../store/comparisonFile";
import { adapterName } from "../../store/measurements";
import { useApp } from "../appContext";
import { downloadBlob, downloadText } from "../downloadText";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { drawRun } from "./drawRun";

/** One run with all that its numbers depend on: for programs, for a sheet, for a paper. */
export function ExportButtons({ run }: { run: ComparisonRun }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const adapter = useApp(({ device }) => (device.status === "ready" ? adapterName(device.report) : ""));
  const name = `comparison-${run.modelName}`;
  const savePng = async (): Promise<void> => {
    const { hash, tokens, window, firstScored, bos } = runFacts(run);
    const n = Math.max(...run.results.map(({ statistics }) => statistics.n));
    const blob = await drawRun(run.results, {
      title: compare.runTitle(run.modelName, nameOf(run.request.reference)),
      caption: [
        compare.runSettings({
          hash,
          tokens: formatCount(tokens),
          n: formatCount(n),
          window: formatCount(window),
          first: formatCount(firstScored),
          bos,
        }),
        ...(adapter === "" ? [] : [adapter]),
      ],
      axis: compare.runAxis,
      statistic: compare.statistic,
      nameOf,
    });
    if (blob !== null) downloadBlob(`${name}.png`, blob);
  };
  return (
    <div className="compare-exports">
      <button
        type="button"
        className="button"
        onClick={() => downloadText(`${name}.json`, "application/json", comparisonToJson(run, adapter, new Date()))}
      >
        {compare.exportJson}
      </button>
      <button
        type="button"
        className="button"
        aria-label={compare.exportRun("CSV")}
        onClick={() => downloadText(`${name}.csv`, "text/csv", comparisonToCsv(run, adapter, new Date()))}
      >
        CSV
      </button>
      <button type="button" className="button" aria-label={compare.exportRun("PNG")} onClick={() => void savePng()}>
        PNG
      </button>
    </div>
  );
}
