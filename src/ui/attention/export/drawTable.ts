/** A table as SVG; cells may be tinted. */
import type { Palette } from "../colorScale";
import { svgRect, svgText } from "./svg";

export interface Cell {
  readonly text: string;
  readonly below?: string;
  /** A share of 1 that tints it. */
  readonly share?: number;
}

const MONO = ' font-family="monospace"';

/** Rows of one height. */
export function drawTable(
  rows: readonly (readonly Cell[])[],
  widths: readonly number[],
  height: number,
  palette: Palette,
) {
  let y = 0;
  const drawn = rows.map((row) => {
    let x = 0;
    const cells = row.map(({ text, below, share }, column) => {
      const width = widths[column] ?? 80;
      const { background, text: ink } = palette.color(share ?? 0);
      const fit = [...text].slice(0, Math.floor((width - 8) / 8.5)).join("");
      const cell = [
        share === undefined ? "" : svgRect(x, y, width - 1, height - 1, background),
        svgText(x + 4, y + 18, 14, fit, `${MONO} fill="${ink}"`),
        below === undefined ? "" : svgText(x + 4, y + 34, 12, below, ` fill="${ink}"`),
      ].join("");
      x += width;
      return cell;
    });
    y += height;
    return cells.join("");
  });
  return { body: drawn.join(""), width: widths.reduce((sum, width) => sum + width, 0), height: y };
}
