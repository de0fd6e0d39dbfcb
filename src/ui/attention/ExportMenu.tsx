import { useState } from "react";
import { formatTokens } from "../../shared/units";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import type { WeightScale } from "./colorScale";
import { EXPORT_KINDS, type ExportKind, exportHead } from "./exportHead";
import { tileAxis } from "./matrixArea";
import { usePalette } from "./usePalette";

/** The head on show as files. */
export function ExportMenu({ name, scale }: { name: string; scale: WeightScale }) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const palette = usePalette();
  const [isOpen, setOpen] = useState(false);
  const isReady = useApp((state) => state.attention.view !== null);
  const labels: Record<ExportKind, string> = {
    png: words.exportPng,
    svg: words.exportSvg,
    json: words.exportJson,
    csv: words.exportCsv,
  };
  const save = async (kind: ExportKind): Promise<void> => {
    const { attention, model, readAttentionTile } = store.getState();
    const { view, texts } = attention;
    if (view === null) return;
    const axis = tileAxis(0, view.length, view.length);
    const data = await readAttentionTile({ heads: view.heads, rows: axis, keys: axis, values: "pattern" });
    if (data === null) return;
    const blob = await exportHead(kind, {
      title: [name, model?.report.name, formatTokens(view.length)].join(", "),
      settings: `${words.scale}: ${words.scales[scale]}. ${words.covers(formatTokens(view.length), formatTokens(axis.step))}.`,
      maskedWord: words.legendMasked,
      view,
      texts,
      tile: { cells: data.cells, rows: axis, keys: axis, palette, scale, dimsFirst: false },
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `attention-${name.toLowerCase().replaceAll(" ", "-")}.${kind}`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div className="export-menu">
      <button
        type="button"
        className="button"
        aria-expanded={isOpen}
        disabled={!isReady}
        onClick={() => setOpen(!isOpen)}
      >
        {words.export}
      </button>
      {isOpen &&
        EXPORT_KINDS.map((kind) => (
          <button key={kind} type="button" className="button button-quiet" onClick={() => void save(kind)}>
            {labels[kind]}
          </button>
        ))}
    </div>
  );
}
