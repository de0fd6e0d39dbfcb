/** All heads on one canvas: the squares as pixels of an atlas, then one image for each head. */

import type { WeightScale } from "../../shared/attentionMap";
import type { HeadMaps } from "../../store/headMaps";
import { cellShare } from "../../store/headMaps";
import { type Palette, scaled } from "./colorScale";
import type { GridLayout } from "./gridLayout";

export interface GridMetrics {
  /** Side of a head's square, in CSS pixels. */
  readonly cell: number;
  /** Between squares. */
  readonly space: number;
  /** More between groups of heads. */
  readonly gap: number;
}

/** How much of its strength the first token's column keeps where it is dimmed. */
const DIMMED = 0.25;

export interface GridPicture {
  readonly maps: HeadMaps;
  readonly layout: GridLayout;
  readonly metrics: GridMetrics;
  readonly palette: Palette;
  readonly scale: WeightScale;
  readonly dimsFirst: boolean;
}

export function gridSize({ rows, columns, gaps }: GridLayout, { cell, space, gap }: GridMetrics) {
  return { width: columns * (cell + space) - space + gaps * gap, height: rows.length * (cell + space) - space };
}

/** Draw calls: one per head, and one for the atlas. */
export function drawGrid(canvas: HTMLCanvasElement, picture: GridPicture, pixelRatio: number): void {
  const { maps, layout, metrics } = picture;
  const { width, height } = gridSize(layout, metrics);
  const context = canvas.getContext("2d");
  if (context === null) return;
  canvas.width = Math.round(width * pixelRatio);
  canvas.height = Math.round(height * pixelRatio);
  const side = maps.rowCount;
  if (side === 0) return;
  const atlas = drawAtlas(picture);
  context.scale(pixelRatio, pixelRatio);
  context.imageSmoothingEnabled = side > metrics.cell;
  const { cell, space, gap } = metrics;
  for (const head of layout.rows.flat()) {
    context.globalAlpha = head.isMatch ? 1 : 0.15;
    const x = head.column * (cell + space) + head.gaps * gap;
    context.drawImage(atlas, head.column * side, head.row * side, side, side, x, head.row * (cell + space), cell, cell);
  }
}

function drawAtlas({ maps, layout, palette, scale, dimsFirst }: GridPicture): OffscreenCanvas {
  const side = maps.rowCount;
  const image = new ImageData(layout.columns * side, layout.rows.length * side);
  for (const head of layout.rows.flat()) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column <= row; column++) {
        const share = scaled(cellShare(maps, head, row, column), scale) * (dimsFirst && column === 0 ? DIMMED : 1);
        const from = Math.round(share * 255) * 4;
        const at = ((head.row * side + row) * image.width + head.column * side + column) * 4;
        for (let c = 0; c < 4; c++) image.data[at + c] = palette.rgba[from + c] as number;
      }
    }
  }
  const atlas = new OffscreenCanvas(image.width, image.height);
  atlas.getContext("2d")?.putImageData(image, 0, 0);
  return atlas;
}
