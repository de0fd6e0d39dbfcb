/** All heads as one picture, with their figures and squares of cells as data. */
import { FIGURES } from "../../../shared/attentionMap";
import { cellShare, type HeadMaps } from "../../../store/headMaps";
import { drawGrid, type GridPicture, gridSize } from "../drawGrid";
import type { Figure } from "./figure";
import { svgImage, svgText } from "./svg";

const GUTTER = 40;

interface GridFigureRequest extends Omit<GridPicture, "metrics"> {
  readonly title: string;
  readonly settings: string;
  /** Null: the heads are not in order of layers. */
  readonly layerName: ((layer: number) => string) | null;
}

export async function gridFigure(request: GridFigureRequest): Promise<Figure> {
  const { title, settings, maps, layout, palette, scale, layerName } = request;
  const metrics = { cell: 64, space: 4, gap: 8 };
  const { width, height } = gridSize(layout, metrics);
  const canvas = document.createElement("canvas");
  drawGrid(canvas, { ...request, metrics }, 1);
  const names = layerName === null ? [] : layout.rows.map((_, row) => svgText(0, row * 68 + 36, 12, layerName(row)));
  const heads = maps.figures.flatMap((layer, l) => layer.map((figures, head) => ({ layer: l, head, ...figures })));
  return {
    title,
    settings,
    width: width + GUTTER,
    height,
    body: `${names.join("")}<g transform="translate(${GUTTER} 0)">${await svgImage(canvas, width, height)}</g>`,
    legend: { scale, most: 1 },
    palette,
    json: { title, settings, tokens: maps.length, tokensPerCell: maps.tokensPerCell, heads, cells: squares(maps) },
    csv: [
      ["layer", "head", ...FIGURES],
      ...heads.map((figures) => [figures.layer, figures.head, ...FIGURES.map((name) => figures[name])]),
    ],
    array: squares(maps),
  };
}

/** [heads of all layers, rows of cells, cells]: what a row of cells gives to a cell. */
function squares(maps: HeadMaps): Figure["array"] {
  const side = maps.rowCount;
  const heads = maps.figures.flatMap((layer, l) => layer.map((_, head) => ({ layer: l, head })));
  const values = new Float32Array(heads.length * side * side);
  for (const [index, head] of heads.entries()) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column <= row; column++) {
        values[(index * side + row) * side + column] = cellShare(maps, head, row, column);
      }
    }
  }
  return { shape: [heads.length, side, side], values };
}
