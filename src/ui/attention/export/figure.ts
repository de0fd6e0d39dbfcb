/** A picture with its title, legend and settings inside, and what was drawn as data: everything that can be saved. */

import type { WeightScale } from "../../../shared/attentionMap";
import { type CsvCell, toCsv } from "../../../store/csv";
import { legendTicks, type Palette } from "../colorScale";
import { encodeNpy } from "./npy";
import { escapeXml, rasterize, svgText } from "./svg";

export interface Figure {
  /** "Layer 3 head 2, model, 214 tokens" */
  readonly title: string;
  /** How it was drawn, in words. */
  readonly settings: string;
  readonly width: number;
  readonly height: number;
  /** SVG within width x height. */
  readonly body: string;
  /** Null: weights are not told by colour. `most`: the weight that has the strongest colour. */
  readonly legend: { readonly scale: WeightScale; readonly most: number } | null;
  readonly palette: Palette;
  readonly json: object;
  /** Header first. */
  readonly csv: readonly (readonly CsvCell[])[];
  /** The numbers alone; NaN: masked. */
  readonly array: { readonly shape: readonly number[]; readonly values: Float32Array };
}

export const EXPORT_KINDS = ["png", "svg", "json", "csv", "npy"] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

const MARGIN = 24;
const TITLE = 22;
const LINE = 18;
const LEGEND = 56;
const LEGEND_WIDTH = 320;
/** Widths of wide system fonts, for each pixel of their size: text must not leave the picture. */
const CHARACTER = { plain: 0.56, bold: 0.63 };
/** Pixels of a picture for each of its units. */
const PIXELS = 2;

export async function exportFigure(kind: ExportKind, figure: Figure): Promise<Blob> {
  switch (kind) {
    case "json":
      return new Blob([JSON.stringify(figure.json, roundedNumbers, 1)], { type: "application/json" });
    case "csv":
      return new Blob([toCsv(figure.csv)], { type: "text/csv" });
    case "npy":
      return new Blob([encodeNpy(figure.array.shape, figure.array.values)], { type: "application/octet-stream" });
    case "svg":
      return new Blob([sheet(figure).svg], { type: "image/svg+xml" });
    case "png": {
      const { svg, width, height } = sheet(figure);
      return rasterize(svg, width * PIXELS, height * PIXELS);
    }
  }
}

function sheet({ title, settings, width, height, body, legend, palette }: Figure) {
  const paper = palette.color(0);
  const inner = Math.max(width, LEGEND_WIDTH);
  const head = wrap(title, inner, 16 * CHARACTER.bold);
  const lines = wrap(settings, inner, 12 * CHARACTER.plain);
  const below = MARGIN + head.length * TITLE;
  const top = below - 6 + lines.length * LINE;
  const full = { width: inner + 2 * MARGIN, height: top + height + (legend === null ? MARGIN : LEGEND) };
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${full.width}" height="${full.height}"`,
    ` viewBox="0 0 ${full.width} ${full.height}" font-family="system-ui, sans-serif" fill="${paper.text}" role="img">`,
    `<title>${escapeXml(title)}</title><desc>${escapeXml(lines.join(" "))}</desc>`,
    `<rect width="100%" height="100%" fill="${paper.background}"/>`,
    ...head.map((line, i) => svgText(MARGIN, 26 + i * TITLE, 16, line, ' font-weight="600"')),
    ...lines.map((line, i) => svgText(MARGIN, below + i * LINE, 12, line)),
    `<g transform="translate(${MARGIN} ${top})">${body}</g>`,
    legend === null ? "" : `<g transform="translate(${MARGIN} ${top + height + 12})">${bar(legend, palette)}</g>`,
    "</svg>",
  ].join("");
  return { svg, ...full };
}

function bar({ scale, most }: { scale: WeightScale; most: number }, palette: Palette): string {
  const stops = Array.from({ length: 17 }, (_, i) => i / 16).map(
    (share) => `<stop offset="${share}" stop-color="${palette.color(share).background}"/>`,
  );
  const ticks = legendTicks(scale, most).map(({ at, label }) => svgText(at * (LEGEND_WIDTH - 36), 28, 12, label));
  return [
    `<defs><linearGradient id="legend">${stops.join("")}</linearGradient></defs>`,
    `<rect width="${LEGEND_WIDTH}" height="12" fill="url(#legend)"/>`,
    ...ticks,
  ].join("");
}

function wrap(text: string, width: number, character: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && (line.length + word.length + 1) * character > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** NaN is no JSON: masked weights are null. Six digits are what a weight has. */
function roundedNumbers(_key: string, value: unknown): unknown {
  if (value instanceof Float32Array) return Array.from(value, (number) => roundedNumbers("", number));
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
}
