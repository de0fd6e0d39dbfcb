/** All heads as one picture, with their figures and squares of cells as data. */
import { FIGURES } from "../../../shared/attentionMap";
import { cellShare, type HeadMaps } from "../../../store/headMaps";
import { drawGrid, type GridMetrics, type GridPicture, gridSize } from "../drawGrid";
import type { GridCell } from "../gridLayout";
import type { Figure } from "./figure";
import { svgImage, svgText } from "./svg";

const GUTTER = 40;
const CELL = 64;
const GAP = 8;
/** Above squares, for their names. */
const NAME = 16;

interface GridFigureRequest extends Omit<GridPicture, "metrics"> {
  readonly title: string;
  readonly settings: string;
  /** False: the heads are sorted by a figure, and each carries its name. */
  readonly isByLayer: boolean;
  readonly layerName: (layer: number) => string;
  readonly headName: (head: number) => string;
}

export async function gridFigure(request: GridFigureRequest): Promise<Figure> {
  const { title, settings, maps, layout, palette, scale } = request;
  const metrics = { cell: CELL, space: request.isByLayer ? 4 : NAME, gap: GAP };
  const { width, height } = gridSize(layout, metrics);
  const canvas = document.createElement("canvas");
  drawGrid(canvas, { ...request, metrics }, 1);
  const heads = maps.figures.flatMap((layer, l) => layer.map((figures, head) => ({ layer: l, head, ...figures })));
  return {
    title,
    settings,
    width: width + GUTTER,
    height: height + NAME,
    body: `<g transform="translate(${GUTTER} ${NAME})">${names(request, metrics)}${await svgImage(canvas, width, height)}</g>`,
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

/** By layer: of the rows and of the columns; else of each square. */
function names({ layout, isByLayer, layerName, headName }: GridFigureRequest, { cell, space }: GridMetrics): string {
  const xOf = ({ column, gaps }: GridCell): number => column * (cell + space) + gaps * GAP;
  if (!isByLayer) {
    return layout.rows
      .flat()
      .map((head) =>
        svgText(xOf(head), head.row * (cell + space) - 4, 10, `${layerName(head.layer)} ${headName(head.head)}`),
      )
      .join("");
  }
  const widest = layout.rows.find((row) => row.length === layout.columns) ?? [];
  return [
    ...layout.rows.map((_, row) => svgText(-GUTTER, row * (cell + space) + cell / 2 + 4, 12, layerName(row))),
    ...widest.map((head) => svgText(xOf(head), -4, 10, headName(head.head))),
  ].join("");
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
