/** A head's pattern as a picture, and its weights at the selected token as data. */
import type { TokenText } from "../../../shared/nextToken";
import type { HeadView } from "../../../store/headView";
import { drawTile, TILE_PIXELS, type TilePicture } from "../drawTile";
import type { Figure } from "./figure";
import { svgImage } from "./svg";

interface HeadFigureRequest {
  readonly title: string;
  readonly settings: string;
  readonly maskedWord: string;
  readonly view: HeadView;
  readonly texts: readonly TokenText[];
  readonly tile: TilePicture;
}

export async function headFigure(request: HeadFigureRequest): Promise<Figure> {
  const { title, settings, maskedWord, view, texts, tile } = request;
  const pattern = new OffscreenCanvas(TILE_PIXELS, TILE_PIXELS);
  drawTile(pattern, tile);
  const weightTo = (position: number): number | null =>
    position < view.start ? null : (view.lookedAtBy[position - view.start] ?? null);
  return {
    title,
    settings: `${settings} ${maskedWord}`,
    width: TILE_PIXELS,
    height: TILE_PIXELS,
    body: await svgImage(pattern, TILE_PIXELS, TILE_PIXELS),
    legend: { scale: tile.scale, most: 1 },
    palette: tile.palette,
    json: {
      title,
      settings,
      heads: view.heads,
      position: view.position,
      /** The weights are a mean over these tokens. */
      rows: { start: view.start, count: view.count },
      tokens: texts.map(({ id, text }) => ({ id, text })),
      /** From the first token on. */
      looksAt: view.looksAt,
      /** From `rows.start` on. */
      lookedAtBy: view.lookedAtBy,
      pattern: { rows: tile.rows, keys: tile.keys, cells: tile.cells },
    },
    csv: [
      ["position", "id", "token", "looks_at", "looked_at_by"],
      ...texts.map(({ id, text }, position) => [
        position,
        id,
        text,
        view.looksAt[position] ?? null,
        weightTo(position),
      ]),
    ],
    array: { shape: [tile.rows.count, tile.keys.count], values: tile.cells },
  };
}
