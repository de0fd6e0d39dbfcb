/** A text whose tokens are tinted by their weights: rollout. */

import type { WeightScale } from "../../../shared/attentionMap";
import type { TokenText } from "../../../shared/nextToken";
import { type Palette, scaled } from "../colorScale";
import { showToken } from "../headWords";
import type { Figure } from "./figure";
import { svgRect, svgText } from "./svg";

const WIDTH = 720;
const LINE = 26;
const CHARACTER = 8.5;
const LONGEST = 80;

interface TokensFigureRequest {
  readonly title: string;
  readonly settings: string;
  readonly texts: readonly TokenText[];
  readonly weights: Float32Array;
  readonly palette: Palette;
  readonly scale: WeightScale;
}

export function tokensFigure({ title, settings, texts, weights, palette, scale }: TokensFigureRequest): Figure {
  const tokens = texts.slice(0, weights.length);
  let [x, y] = [0, 0];
  const body = tokens.map(({ text }, position) => {
    const shown = showToken(text).slice(0, LONGEST);
    const width = [...shown].length * CHARACTER + 6;
    if (x > 0 && x + width > WIDTH) [x, y] = [0, y + LINE];
    const { background, text: ink } = palette.color(scaled(weights[position] ?? 0, scale));
    const drawn =
      svgRect(x, y, width, LINE - 2, background) +
      svgText(x + 3, y + 17, 14, shown, ` font-family="monospace" fill="${ink}"`);
    x += width + 2;
    return drawn;
  });
  return {
    title,
    settings,
    width: WIDTH,
    height: y + LINE,
    body: body.join(""),
    legend: { scale, most: 1 },
    palette,
    json: { title, settings, tokens: tokens.map(({ id, text }, i) => ({ id, text, weight: weights[i] })) },
    csv: [["position", "id", "token", "weight"], ...tokens.map(({ id, text }, i) => [i, id, text, weights[i] ?? null])],
    array: { shape: [weights.length], values: weights },
  };
}
