import { useEffect, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import { type LensGridReport, MOST_LENS_POSITIONS } from "../../shared/inspection";
import { formatPercent } from "../../shared/units";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { type Palette, scaled } from "./colorScale";
import { ExportMenu } from "./export/ExportMenu";
import { lensGridFigure } from "./export/lensFigure";
import { showToken } from "./headWords";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

/** Positions shown at a time. */
const COUNT = Math.min(24, MOST_LENS_POSITIONS);
/** Tokens that can be followed. */
const MOST_FOLLOWED = 40;

/** The lens over positions: what every layer would say after each token around the selected one. */
export function LensGrid({ scale }: { scale: WeightScale }) {
  const { attention: words } = useStrings();
  const length = useApp((state) => state.attention.maps?.length ?? 0);
  const position = useApp((state) => state.attention.view?.position ?? null);
  const turnId = useApp((state) => state.attention.answer?.turnId);
  const isStreaming = useApp((state) => state.streaming !== null);
  const readGrid = useApp((state) => state.readAttentionLensGrid);
  const store = useAppStore();
  const palette = usePalette();
  const figureWords = useFigureWords();
  const [isBusy, setBusy] = useState(false);
  const [grid, setGrid] = useState<LensGridReport | null>(null);
  const [follow, setFollow] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was seen is of another text
  useEffect(() => setGrid(null), [turnId, length]);
  const look = async (from: number, followed: number | null): Promise<void> => {
    setBusy(true);
    const start = Math.max(0, Math.min(from, length - COUNT));
    const read = await readGrid(start, Math.min(COUNT, length - start), followed);
    setBusy(false);
    if (read === null) return;
    setFollow(followed);
    setGrid(read);
  };
  const isOff = isBusy || isStreaming || length === 0;
  return (
    <>
      <div className="panel-head lens-grid-head">
        <h3 className="subtitle">{words.lensGrid}</h3>
        <button
          type="button"
          className="button button-quiet"
          disabled={isOff || position === null}
          onClick={() => void look((position ?? 0) - COUNT + 4, follow)}
        >
          {isBusy ? words.lensBusy : words.lensGridShow}
        </button>
      </div>
      {grid !== null && (
        <>
          <div className="attention-controls">
            <label className="attention-choice lens-follow">
              <span>{words.lensFollow}</span>
              <select
                value={follow ?? ""}
                disabled={isOff}
                onChange={({ target: { value } }) => void look(grid.start, value === "" ? null : Number(value))}
              >
                <option value="">{words.lensFollowNone}</option>
                {grid.tokens.slice(0, MOST_FOLLOWED).map(({ id, text }) => (
                  <option key={id} value={id}>
                    {showToken(text)}
                  </option>
                ))}
              </select>
            </label>
            <button
              type="button"
              className="button button-quiet"
              disabled={isOff || grid.start === 0}
              onClick={() => void look(grid.start - COUNT, follow)}
            >
              {words.lensEarlier}
            </button>
            <button
              type="button"
              className="button button-quiet"
              disabled={isOff || grid.start + grid.count >= length}
              onClick={() => void look(grid.start + COUNT, follow)}
            >
              {words.lensLater}
            </button>
          </div>
          <GridTable grid={grid} scale={scale} />
          <ExportMenu
            name={words.lensGrid}
            label={words.save(words.lensGrid)}
            make={async () => {
              const texts = store.getState().attention.texts.slice(grid.start, grid.start + grid.count);
              const columns = texts.map(({ text }) => showToken(text));
              const named = grid.tokens.find(({ id }) => id === follow)?.text;
              const followed = named === undefined ? "" : `${words.lensFollow}: ${showToken(named)}.`;
              const places = `${words.position} ${grid.start}–${grid.start + grid.count - 1}.`;
              return lensGridFigure(
                grid,
                columns,
                { palette, scale },
                {
                  ...figureWords(words.lensGrid, scale, `${places} ${followed}`),
                  stageName: (stage) => (stage === 0 ? words.lensEmbedding : words.layer(stage - 1)),
                },
              );
            }}
          />
          <p className="hint">{grid.followed === null ? words.lensGridHint : words.lensFollowHint}</p>
        </>
      )}
    </>
  );
}

function GridTable({ grid, scale }: { grid: LensGridReport; scale: WeightScale }) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const palette = usePalette();
  const texts = useApp((state) => state.attention.texts);
  const position = useApp((state) => state.attention.view?.position ?? null);
  const stages = grid.cells.length / grid.count;
  const columns = Array.from({ length: grid.count }, (_, i) => grid.start + i);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="head-table lens-grid" tabIndex={0} aria-label={words.lensGrid}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.lensLayer}</th>
            {columns.map((at) => (
              <th key={at} scope="col" aria-current={at === position || undefined}>
                <button type="button" className="lens-column" onClick={() => store.getState().pinPosition(at)}>
                  {showToken(texts[at]?.text ?? words.image)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: stages }, (_, stage) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: layers are their places
            <tr key={stage} aria-current={stage === stages - 1 || undefined}>
              <th scope="row">{stage === 0 ? words.lensEmbedding : words.layer(stage - 1)}</th>
              {columns.map((at, i) => (
                <GridCell key={at} grid={grid} cell={stage * grid.count + i} palette={palette} scale={scale} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface GridCellProps {
  readonly grid: LensGridReport;
  readonly cell: number;
  readonly palette: Palette;
  readonly scale: WeightScale;
}

function GridCell({ grid: { cells, tokens, probabilities, followed }, cell, palette, scale }: GridCellProps) {
  const probability = (followed ?? probabilities)[cell] as number;
  const { background, text } = palette.color(scaled(probability, scale));
  const token = showToken(tokens[cells[cell] as number]?.text ?? "");
  return (
    <td style={{ background, color: text }} title={`${token} ${formatPercent(probability)}`}>
      <span className="lens-cell-token">{token}</span>
      <span className="lens-cell-share">{formatPercent(probability)}</span>
    </td>
  );
}
