import { type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import type { TowerHeadReport } from "../../shared/inspection";
import { formatPercent } from "../../shared/units";
import { type ImageRows, imageRowsOf, patchGrid } from "../../store/imageRows";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { drawImageAttention } from "./drawImageAttention";
import { ExportMenu } from "./export/ExportMenu";
import { imageFigure } from "./export/imageFigure";
import { NumberChoice } from "./NumberChoice";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

/** The vision tower's own heads: what a patch of a picture gives to the others, before the language model reads them. */
export function TowerHeads({ scale }: { scale: WeightScale }) {
  const { attention: words } = useStrings();
  const attention = useApp((state) => state.attention);
  const turns = useApp((state) => state.turns);
  const seen = useApp((state) => state.seen);
  const blocks = useApp((state) => state.model?.report.spec.vision?.blocks.length ?? 0);
  const images = useMemo(() => imageRowsOf({ attention, turns, seen }), [attention, turns, seen]);
  if (images.length === 0 || blocks === 0) return null;
  return (
    <section className="panel" aria-label={words.tower}>
      <div className="panel-head">
        <h2 className="panel-title">{words.tower}</h2>
      </div>
      <p className="hint">{words.towerHint}</p>
      <details>
        <summary>{words.towerShow}</summary>
        {images.map((image) => (
          <TowerHead key={image.start} image={image} scale={scale} />
        ))}
      </details>
    </section>
  );
}

const VIEWS = ["looksAt", "drawn"] as const;
type View = (typeof VIEWS)[number];

function TowerHead({ image: { report }, scale }: { image: ImageRows; scale: WeightScale }) {
  const { attention: words } = useStrings();
  const palette = usePalette();
  const inWords = useFigureWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const blocks = useApp((state) => state.model?.report.spec.vision?.blocks);
  const readHead = useApp((state) => state.readTowerHead);
  const grid = useMemo(() => patchGrid(report), [report]);
  const [layer, setLayer] = useState(0);
  const [head, setHead] = useState(0);
  const [patch, setPatch] = useState(0);
  const [view, setView] = useState<View>("looksAt");
  const [found, setFound] = useState<TowerHeadReport | null>(null);
  useEffect(() => {
    let isOld = false;
    void readHead(report.hash, { layer, head }, patch).then((read) => {
      if (!isOld && read !== null) setFound(read);
    });
    return () => {
      isOld = true;
    };
  }, [readHead, report.hash, layer, head, patch]);
  const picture = useMemo(() => {
    if (grid === null || found === null) return null;
    const weights = found[view];
    const sinks = view === "looksAt" ? [patch] : [];
    return { seen: report.seen, grid, weights, most: Math.max(...weights), sinks, palette, scale };
  }, [grid, found, view, report.seen, patch, palette, scale]);
  useLayoutEffect(() => {
    if (canvas.current !== null && picture !== null) drawImageAttention(canvas.current, picture);
  }, [picture]);
  if (grid === null || blocks === undefined || picture === null || found === null) return null;
  const { weights } = picture;
  const top = weights.indexOf(Math.max(...weights));
  const place = (at: number): [number, number] => [Math.floor(at / grid.columns) + 1, (at % grid.columns) + 1];
  const [row, column] = place(patch);
  const description = words.towerMost(...place(top), formatPercent(weights[top]));
  const choosePatch = (event: MouseEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * grid.columns);
    const y = Math.floor(((event.clientY - box.top) / box.height) * grid.rows);
    setPatch(Math.max(0, Math.min(grid.columns * grid.rows - 1, y * grid.columns + x)));
  };
  const name = words.towerHead(layer, head);
  const shown = view === "looksAt" ? words.towerPatch(row, column) : words.towerDrawn;
  return (
    <div className="image-attention">
      <div className="attention-controls">
        <NumberChoice label={words.towerLayer} value={layer} count={blocks.length} first={0} onChange={setLayer} />
        <NumberChoice
          label={words.head}
          value={head}
          count={blocks[layer]?.attention.numHeads ?? 1}
          first={0}
          onChange={setHead}
        />
        <label className="attention-choice">
          <span>{words.towerView}</span>
          <select
            value={view}
            onChange={({ target }) => setView(VIEWS.find((known) => known === target.value) ?? view)}
          >
            <option value="looksAt">{words.towerLooksAt}</option>
            <option value="drawn">{words.towerDrawn}</option>
          </select>
        </label>
        {view === "looksAt" && (
          <>
            <NumberChoice
              label={words.towerRow}
              value={row - 1}
              count={grid.rows}
              first={1}
              onChange={(to) => setPatch(to * grid.columns + column - 1)}
            />
            <NumberChoice
              label={words.towerColumn}
              value={column - 1}
              count={grid.columns}
              first={1}
              onChange={(to) => setPatch((row - 1) * grid.columns + to)}
            />
          </>
        )}
      </div>
      <figure>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${name}: ${shown}`}
          aria-description={description}
          onClick={choosePatch}
        />
        <figcaption>
          <strong>{shown}</strong> <span>{description}</span>{" "}
          {found.onClassRow !== null && view === "looksAt" && (
            <span>{words.towerClassRow(formatPercent(found.onClassRow))}</span>
          )}
          <ExportMenu
            name={`${words.tower} ${name}`}
            label={words.save(words.tower)}
            make={() => imageFigure({ ...inWords(`${words.tower}, ${name}`, scale, shown), picture })}
          />
        </figcaption>
      </figure>
    </div>
  );
}
