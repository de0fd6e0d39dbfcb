import { useState } from "react";
import { formatBytes, formatCount, formatTokenRate } from "../../shared/units";
import {
  type Measurement,
  measurementsToCsv,
  measurementsToJson,
  newestOfSeries,
  seriesOf,
} from "../../store/measurements";
import { useApp } from "../appContext";
import { downloadBlob, downloadText } from "../downloadText";
import { IconButton } from "../IconButton";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";
import { useContenderName } from "./contenderName";
import { drawSizePlot } from "./drawSizePlot";
import { formatShare, formatStatistic } from "./formatStatistic";
import { SizePlot } from "./SizePlot";

/** Everything that was measured on this device: one plot for what can stand in one, and the list behind it. */
export function Measurements() {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const kept = useApp((state) => state.measurements);
  const [wanted, setWanted] = useState<string | null>(null);
  const all = [...kept.values()].sort((a, b) => b.measuredAt - a.measuredAt);
  const series = [...new Map(all.map((m) => [seriesOf(m), m])).entries()];
  const newest = all[0];
  if (newest === undefined) return null;
  const shown = series.some(([key]) => key === wanted) && wanted !== null ? wanted : seriesOf(newest);
  const points = newestOfSeries(all, shown);
  return (
    <section className="measurements" aria-label={compare.measured}>
      <h3 className="subtitle">{compare.measured}</h3>
      {series.length > 1 && (
        <select aria-label={compare.series} value={shown} onChange={(event) => setWanted(event.target.value)}>
          {series.map(([key, measurement]) => (
            <option key={key} value={key}>
              {seriesName(measurement, compare, nameOf)}
            </option>
          ))}
        </select>
      )}
      {series.length === 1 && <p className="hint">{seriesName(newest, compare, nameOf)}</p>}
      <SizePlot measurements={points} />
      <MeasurementExports points={points} all={all} />
      <MeasurementTable measurements={all} />
    </section>
  );
}

type Words = ReturnType<typeof useStrings>["compare"];

function seriesName(m: Measurement, words: Words, nameOf: (level: string) => string): string {
  return words.seriesName(m.model, nameOf(m.reference), m.textHash, formatCount(m.n), m.adapter);
}

function MeasurementExports({ points, all }: { points: readonly Measurement[]; all: readonly Measurement[] }) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const [first] = points;
  const savePng = async (): Promise<void> => {
    if (first === undefined) return;
    const blob = await drawSizePlot(points, {
      title: compare.plotTitle(first.model, nameOf(first.reference)),
      caption: [
        compare.plotSettings(first.textHash, formatCount(first.n), String(first.window), String(first.firstScored)),
        ...(first.adapter === "" ? [] : [first.adapter]),
      ],
      x: compare.plotX,
      y: compare.plotY,
      nameOf: (m) => `${nameOf(m.level)}, ${formatTokenRate(m.tokensPerSecond)}`,
    });
    if (blob !== null) downloadBlob(`size-and-kld-${first.model}.png`, blob);
  };
  return (
    <div className="measured-actions">
      <button
        type="button"
        className="button button-quiet"
        onClick={() => downloadText("comparisons.csv", "text/csv", measurementsToCsv(all))}
      >
        {compare.exportCsv}
      </button>
      <button
        type="button"
        className="button button-quiet"
        onClick={() => downloadText("comparisons.json", "application/json", measurementsToJson(all, new Date()))}
      >
        {compare.exportAllJson}
      </button>
      <button type="button" className="button button-quiet" onClick={() => void savePng()}>
        {compare.exportPng}
      </button>
    </div>
  );
}

function MeasurementTable({ measurements }: { measurements: readonly Measurement[] }) {
  const { compare } = useStrings();
  const remove = useApp((state) => state.deleteMeasurements);
  const words = compare.measuredColumns;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="compare-scroll measured-scroll" aria-label={compare.measuredTable} tabIndex={0}>
      <table className="table compare-table" aria-label={compare.measuredTable}>
        <thead>
          <tr>
            <th scope="col">{words.level}</th>
            <th scope="col">{words.model}</th>
            <NumberHead>{words.kld}</NumberHead>
            <NumberHead>{words.sameTop}</NumberHead>
            <NumberHead>{words.size}</NumberHead>
            <NumberHead>{words.speed}</NumberHead>
            <NumberHead>{words.n}</NumberHead>
            <th scope="col">{words.when}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {measurements.map((m) => (
            <MeasurementRow key={m.id} measurement={m} onRemove={() => remove([m.id])} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface MeasurementRowProps {
  readonly measurement: Measurement;
  readonly onRemove: () => void;
}

function MeasurementRow({ measurement: m, onRemove }: MeasurementRowProps) {
  const { compare } = useStrings();
  const nameOf = useContenderName();
  const name = nameOf(m.level);
  const none = { value: Number.NaN, error: null, n: 0 };
  const when = new Date(m.measuredAt).toLocaleString(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{m.model}</td>
      <td className="number">{formatStatistic(m.statistics["mean KLD"] ?? none)}</td>
      <td className="number">{formatShare(m.statistics["same top p"] ?? none)}</td>
      <td className="number">{formatBytes(m.weightBytes)}</td>
      <td className="number">{formatTokenRate(m.tokensPerSecond)}</td>
      <td className="number">{formatCount(m.n)}</td>
      <td className="measured-when">{when}</td>
      <td>
        <IconButton icon="close" label={compare.forget(name, when)} onClick={onRemove} />
      </td>
    </tr>
  );
}
