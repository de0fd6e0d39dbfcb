/** A head's pattern and weights as files: pictures carry their title, legend and settings inside. */
import type { TokenText } from "../../shared/nextToken";
import type { HeadView } from "../../store/headView";
import { scaled } from "./colorScale";
import { drawTile, TILE_PIXELS, type TilePicture } from "./drawTile";

export interface HeadExport {
  /** "Layer 3 head 2, model, 214 tokens" */
  readonly title: string;
  /** How it was drawn, in words. */
  readonly settings: string;
  readonly maskedWord: string;
  readonly view: HeadView;
  readonly texts: readonly TokenText[];
  readonly tile: TilePicture;
}

export const EXPORT_KINDS = ["png", "svg", "json", "csv"] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

const MARGIN = 24;
const HEAD = 64;
const LEGEND = 56;
const WIDTH = TILE_PIXELS + 2 * MARGIN;
const HEIGHT = HEAD + TILE_PIXELS + LEGEND;
/** Weights named under the legend. */
const TICKS = [0, 0.01, 0.05, 0.25, 0.5, 1];

export async function exportHead(kind: ExportKind, head: HeadExport): Promise<Blob> {
  switch (kind) {
    case "json":
      return new Blob([JSON.stringify(headData(head), null, 1)], { type: "application/json" });
    case "csv":
      return new Blob([headCsv(head)], { type: "text/csv" });
    case "png":
      return drawSheet(head).convertToBlob({ type: "image/png" });
    case "svg":
      return new Blob([await headSvg(head)], { type: "image/svg+xml" });
  }
}

export function headData({ title, settings, view, texts, tile }: HeadExport) {
  const known = (weights: Float32Array): (number | null)[] =>
    Array.from(weights, (weight) => (Number.isNaN(weight) ? null : weight));
  return {
    title,
    settings,
    heads: view.heads,
    position: view.position,
    tokens: texts.map(({ id, text }) => ({ id, text })),
    /** From the first token on. */
    looksAt: known(view.looksAt),
    /** From `position` on. */
    lookedAtBy: known(view.lookedAtBy),
    pattern: { rows: tile.rows, keys: tile.keys, cells: known(tile.cells) },
  };
}

export function headCsv({ view, texts }: HeadExport): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const number = (weight: number | undefined): string =>
    weight === undefined || Number.isNaN(weight) ? "" : String(weight);
  const rows = texts.map(({ id, text }, position) =>
    [
      position,
      id,
      quoted(text),
      number(view.looksAt[position]),
      number(position < view.position ? undefined : view.lookedAtBy[position - view.position]),
    ].join(","),
  );
  return ["position,id,token,looks_at,looked_at_by", ...rows].join("\r\n");
}

function drawSheet(head: HeadExport): OffscreenCanvas {
  const { palette, scale } = head.tile;
  const sheet = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = sheet.getContext("2d");
  if (context === null) return sheet;
  const paper = palette.color(0);
  context.fillStyle = paper.background;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.drawImage(drawPattern(head.tile), MARGIN, HEAD);
  for (let x = 0; x < TILE_PIXELS; x++) {
    context.fillStyle = palette.color(x / TILE_PIXELS).background;
    context.fillRect(MARGIN + x, HEAD + TILE_PIXELS + 12, 1, 12);
  }
  context.fillStyle = paper.text;
  context.font = "600 16px system-ui, sans-serif";
  context.fillText(head.title, MARGIN, 28, TILE_PIXELS);
  context.font = "12px system-ui, sans-serif";
  context.fillText(head.settings, MARGIN, 48, TILE_PIXELS);
  for (const tick of TICKS) {
    context.fillText(`${tick * 100} %`, MARGIN + scaled(tick, scale) * (TILE_PIXELS - 32), HEIGHT - 14);
  }
  return sheet;
}

function drawPattern(tile: TilePicture): OffscreenCanvas {
  const pattern = new OffscreenCanvas(TILE_PIXELS, TILE_PIXELS);
  drawTile(pattern, tile);
  return pattern;
}

async function headSvg(head: HeadExport): Promise<string> {
  const { palette, scale } = head.tile;
  const paper = palette.color(0);
  const image = await dataUrl(await drawPattern(head.tile).convertToBlob({ type: "image/png" }));
  const stops = Array.from({ length: 17 }, (_, i) => i / 16).map(
    (share) => `<stop offset="${share}" stop-color="${palette.color(share).background}"/>`,
  );
  const text = (x: number, y: number, size: number, words: string): string =>
    `<text x="${x}" y="${y}" font-size="${size}">${escapeXml(words)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`,
    ` font-family="system-ui, sans-serif" fill="${paper.text}" role="img">`,
    `<title>${escapeXml(head.title)}</title><desc>${escapeXml(`${head.settings} ${head.maskedWord}`)}</desc>`,
    `<defs><linearGradient id="legend">${stops.join("")}</linearGradient></defs>`,
    `<rect width="100%" height="100%" fill="${paper.background}"/>`,
    text(MARGIN, 28, 16, head.title),
    text(MARGIN, 48, 12, head.settings),
    `<image x="${MARGIN}" y="${HEAD}" width="${TILE_PIXELS}" height="${TILE_PIXELS}" href="${image}"/>`,
    `<rect x="${MARGIN}" y="${HEAD + TILE_PIXELS + 12}" width="${TILE_PIXELS}" height="12" fill="url(#legend)"/>`,
    ...TICKS.map((tick) => text(MARGIN + scaled(tick, scale) * (TILE_PIXELS - 32), HEIGHT - 14, 12, `${tick * 100} %`)),
    "</svg>",
  ].join("");
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign] ?? sign);
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
