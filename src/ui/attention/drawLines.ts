/** Lines from tokens on the left to tokens on the right: the wider and stronger, the more weight. */

import type { WeightScale } from "../../shared/attentionMap";
import { type Palette, scaled } from "./colorScale";

export interface LinesPicture {
  /** [count, count]: what a row gives to a key; NaN: masked */
  readonly cells: Float32Array;
  readonly count: number;
  /** Row whose lines stand out; outside of the rows: none. */
  readonly selected: number;
  readonly palette: Palette;
  readonly scale: WeightScale;
  /** In CSS pixels. */
  readonly width: number;
}

export const LINE_HEIGHT = 26;
/** Lines of less weight are left out. */
const LEAST = 0.02;
const WIDEST = 5;
/** How much of their strength lines of other rows keep. */
const FAINT = 0.14;

export interface Line {
  readonly row: number;
  readonly key: number;
  readonly width: number;
  readonly opacity: number;
}

/** The faint ones first, so that the others lie on them. */
export function linesOf({ cells, count, selected, scale }: LinesPicture): Line[] {
  const lines: Line[] = [];
  for (let row = 0; row < count; row++) {
    for (let key = 0; key <= row; key++) {
      const weight = cells[row * count + key] as number;
      if (!(weight >= LEAST)) continue;
      const share = scaled(weight, scale);
      const isSelected = row === selected;
      lines.push({ row, key, width: Math.max(1, share * WIDEST), opacity: isSelected ? 0.35 + 0.65 * share : FAINT });
    }
  }
  return lines.sort((a, b) => a.opacity - b.opacity);
}

/** The ends of a line: middle of the row's line on the left, of the key's on the right. */
export function lineY(index: number): number {
  return (index + 0.5) * LINE_HEIGHT;
}

export function drawLines(canvas: HTMLCanvasElement, picture: LinesPicture, pixelRatio: number): void {
  const { count, palette, width } = picture;
  canvas.width = Math.round(width * pixelRatio);
  canvas.height = Math.round(count * LINE_HEIGHT * pixelRatio);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(pixelRatio, pixelRatio);
  context.strokeStyle = palette.color(0.85).background;
  for (const { row, key, width: thickness, opacity } of linesOf(picture)) {
    context.globalAlpha = opacity;
    context.lineWidth = thickness;
    context.beginPath();
    context.moveTo(4, lineY(row));
    context.lineTo(width - 4, lineY(key));
    context.stroke();
  }
}
