/** A head as lines between two columns of tokens. */
import { LINE_HEIGHT, type LinesPicture, linesOf, lineY } from "../drawLines";
import { showToken } from "../headWords";
import type { Figure } from "./figure";
import { svgText } from "./svg";

const COLUMN = 140;
const LONGEST = 15;

interface LinesFigureRequest {
  readonly title: string;
  readonly settings: string;
  readonly picture: LinesPicture;
  /** Number of the first. */
  readonly start: number;
  /** Of tokens, words or sentences; null: none, a patch of a picture. */
  readonly tokens: readonly (string | null)[];
}

export function linesFigure({ title, settings, picture, start, tokens }: LinesFigureRequest): Figure {
  const { cells, count, palette, width } = picture;
  const ink = palette.color(0.85).background;
  const lines = linesOf(picture).map(
    ({ row, key, width: thickness, opacity }) =>
      `<line x1="${COLUMN + 4}" y1="${lineY(row)}" x2="${COLUMN + width - 4}" y2="${lineY(key)}" stroke="${ink}"` +
      ` stroke-width="${thickness.toFixed(2)}" stroke-opacity="${opacity.toFixed(3)}"/>`,
  );
  const word = (index: number): string => [...showToken(tokens[index] ?? "▦")].slice(0, LONGEST).join("");
  const names = tokens.flatMap((_, index) => {
    const weight = index === picture.selected ? ' font-weight="700"' : "";
    const y = lineY(index) + 5;
    return [
      svgText(COLUMN - 4, y, 14, word(index), ` text-anchor="end" font-family="monospace"${weight}`),
      svgText(COLUMN + width + 4, y, 14, word(index), ' font-family="monospace"'),
    ];
  });
  return {
    title,
    settings,
    width: width + 2 * COLUMN,
    height: count * LINE_HEIGHT,
    body: [...lines, ...names].join(""),
    legend: null,
    palette,
    json: { title, settings, start, tokens, cells },
    csv: [
      ["position", "looks_at", "weight"],
      ...Array.from(cells, (weight, i) => [start + Math.floor(i / count), start + (i % count), weight]),
    ],
    array: { shape: [count, count], values: cells },
  };
}
