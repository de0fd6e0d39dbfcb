/** A rectangle of a pattern as pixels: one image, drawn once; what is masked is hatched. */

import type { WeightScale } from "../../shared/attentionMap";
import type { TileAxis } from "../../shared/inspection";
import { type Palette, scaled } from "./colorScale";

export interface TilePicture {
  /** [rows.count, keys.count]; NaN: masked */
  readonly cells: Float32Array;
  readonly rows: TileAxis;
  readonly keys: TileAxis;
  readonly palette: Palette;
  readonly scale: WeightScale;
  readonly dimsFirst: boolean;
}

/** Side of the picture, in canvas pixels. */
export const TILE_PIXELS = 512;
const DIMMED = 0.25;
const HATCH = 6;

/** Two draw calls: the hatch below, the cells above. */
export function drawTile(canvas: HTMLCanvasElement | OffscreenCanvas, picture: TilePicture): void {
  const { cells, rows, keys, palette, scale, dimsFirst } = picture;
  canvas.width = TILE_PIXELS;
  canvas.height = TILE_PIXELS;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  if (context === null) return;
  const hatch = context.createPattern(hatchCell(palette), "repeat");
  if (hatch !== null) {
    context.fillStyle = hatch;
    context.fillRect(0, 0, TILE_PIXELS, TILE_PIXELS);
  }
  const image = new ImageData(keys.count, rows.count);
  for (let i = 0; i < cells.length; i++) {
    const weight = cells[i] as number;
    if (Number.isNaN(weight)) continue;
    const isFirst = keys.start === 0 && i % keys.count === 0;
    const from = Math.round(scaled(weight, scale) * (dimsFirst && isFirst ? DIMMED : 1) * 255) * 4;
    for (let c = 0; c < 4; c++) image.data[i * 4 + c] = palette.rgba[from + c] as number;
  }
  const small = new OffscreenCanvas(keys.count, rows.count);
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, TILE_PIXELS, TILE_PIXELS);
}

function hatchCell(palette: Palette): OffscreenCanvas {
  const cell = new OffscreenCanvas(HATCH, HATCH);
  const context = cell.getContext("2d");
  if (context === null) return cell;
  context.fillStyle = palette.nothing.background;
  context.fillRect(0, 0, HATCH, HATCH);
  context.strokeStyle = palette.nothing.text;
  context.globalAlpha = 0.22;
  context.beginPath();
  for (const shift of [-HATCH, 0, HATCH]) {
    context.moveTo(shift, HATCH);
    context.lineTo(shift + HATCH, 0);
  }
  context.stroke();
  return cell;
}
