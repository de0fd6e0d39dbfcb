import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import { formatPercent } from "../../shared/units";
import { topTokens } from "../../store/headView";
import { patchWeights, sharedMost, sinkPatches } from "../../store/imageMass";
import { type ImageRows, imageRowsOf, patchGrid } from "../../store/imageRows";
import { useApp } from "../appContext";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";
import { drawImageAttention } from "./drawImageAttention";
import { ExportMenu } from "./export/ExportMenu";
import { imageFigure } from "./export/imageFigure";
import { showToken } from "./headWords";
import { ScaleLegend } from "./ScaleLegend";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

const TOP = 8;

/** Every picture of the text, with what the selected token gives to its patches: one colour scale for all of them. */
export function ImageAttention({ scale }: { scale: WeightScale }) {
  const attention = useApp((state) => state.attention);
  const turns = useApp((state) => state.turns);
  const seen = useApp((state) => state.seen);
  const rows = useMemo(() => imageRowsOf({ attention, turns, seen }), [attention, turns, seen]);
  const { view } = attention;
  const read = rows.filter(({ start, report }) => view !== null && start + report.tokens <= view.position + 1);
  if (view === null || read.length === 0) return null;
  const weightsOf = ({ start, report }: ImageRows) => patchWeights(view.looksAt, start, report.tokens);
  const most = sharedMost(read.map(weightsOf));
  return (
    <div className="image-attention">
      {read.map((image) => (
        <OneImage key={image.start} image={image} weights={weightsOf(image)} most={most} scale={scale} />
      ))}
      <ScaleLegend scale={scale} most={most} />
    </div>
  );
}

interface OneImageProps {
  readonly image: ImageRows;
  readonly weights: Float32Array;
  readonly most: number;
  readonly scale: WeightScale;
}

function OneImage({ image, weights, most, scale }: OneImageProps) {
  const { attention: words } = useStrings();
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useApp((state) => state.attention.view);
  const text = useApp((state) => state.attention.texts[state.attention.view?.position ?? -1]?.text ?? "");
  const figureWords = useFigureWords();
  const sinks = useSinks(image);
  const { seen } = image.report;
  const grid = useMemo(() => patchGrid(image.report), [image.report]);
  useLayoutEffect(() => {
    if (canvas.current === null || grid === null) return;
    drawImageAttention(canvas.current, { seen, grid, weights, most, sinks, palette, scale });
  }, [seen, grid, weights, most, sinks, palette, scale]);
  if (grid === null || view === null) return null;
  const share = formatPercent(weights.reduce((sum, weight) => sum + weight, 0));
  const top = topTokens(weights, 0, TOP);
  const rowOf = (patch: number): number => Math.floor(patch / grid.columns) + 1;
  const columnOf = (patch: number): number => (patch % grid.columns) + 1;
  const [first] = top;
  const description =
    first === undefined
      ? share
      : words.imageDescription(share, rowOf(first.position), columnOf(first.position), formatPercent(first.weight));
  return (
    <figure>
      <canvas ref={canvas} role="img" aria-label={words.imageName} aria-description={description} />
      <figcaption>
        <strong>{words.imageShare(share, showToken(text))}</strong> <span>{words.imageSinks(sinks.length)}</span>
        <details>
          <summary>{words.imagePatches}</summary>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.imagePlace}</th>
                <NumberHead>{words.weight}</NumberHead>
              </tr>
            </thead>
            <tbody>
              {top.map(({ position, weight }) => (
                <tr key={position}>
                  <td>
                    {rowOf(position)}, {columnOf(position)}
                  </td>
                  <td className="number">{formatPercent(weight)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
        <ExportMenu
          name={words.imageName}
          label={words.save(words.imageName)}
          make={() =>
            imageFigure({
              ...figureWords(words.imageName, scale, words.imageShare(share, showToken(text))),
              picture: { seen, grid, weights, most, sinks, palette, scale },
            })
          }
        />
      </figcaption>
    </figure>
  );
}

const NONE: readonly number[] = [];

/** Patches that all tokens behind the picture look at more than at others. */
function useSinks({ start, report }: ImageRows): readonly number[] {
  const heads = useApp((state) => state.attention.view?.heads ?? null);
  const length = useApp((state) => state.attention.maps?.length ?? 0);
  const readTile = useApp((state) => state.readAttentionTile);
  const [sinks, setSinks] = useState(NONE);
  const end = start + report.tokens;
  useEffect(() => {
    if (heads === null || length <= end) return;
    let isOld = false;
    const rows = { start: end, step: length - end, count: 1 };
    const keys = { start, step: 1, count: report.tokens };
    void readTile({ heads, rows, keys, values: "pattern" }).then((tile) => {
      if (!isOld && tile !== null) setSinks(sinkPatches(tile.cells));
    });
    return () => {
      isOld = true;
    };
  }, [heads, length, readTile, start, end, report.tokens]);
  return sinks;
}
