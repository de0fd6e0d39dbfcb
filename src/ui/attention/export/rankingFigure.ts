/** Heads ranked by an experiment: bars for the first ones, all of them as data. */

import { formatPercent } from "../../../shared/units";
import type { Experiment, RankedHead } from "../../../store/experimentSlice";
import type { Palette } from "../colorScale";
import type { Figure } from "./figure";
import { svgRect, svgText } from "./svg";

const LINE = 26;
const NAMES = 140;
const BARS = 320;

interface RankingFigureRequest {
  readonly title: string;
  readonly settings: string;
  readonly experiment: Experiment;
  /** Heads in the picture. */
  readonly shown: number;
  readonly nameOf: (head: RankedHead) => string;
  readonly palette: Palette;
}

export function rankingFigure(request: RankingFigureRequest): Figure {
  const { title, settings, experiment, shown, nameOf, palette } = request;
  const { heads, tokens, kind, prompts } = experiment;
  const ink = palette.color(0.85).background;
  const rows = heads.slice(0, shown).map((head, i) => {
    const y = i * LINE;
    return [
      svgText(0, y + 17, 14, nameOf(head)),
      svgRect(NAMES, y + 8, head.value * BARS, 10, ink),
      svgText(NAMES + BARS + 12, y + 17, 14, formatPercent(head.value)),
    ].join("");
  });
  const layers = 1 + Math.max(-1, ...heads.map(({ layer }) => layer));
  const most = 1 + Math.max(-1, ...heads.map(({ head }) => head));
  // Layers need not have the same number of heads.
  const values = new Float32Array(layers * most).fill(Number.NaN);
  for (const { layer, head, value } of heads) values[layer * most + head] = value;
  return {
    title,
    settings,
    width: NAMES + BARS + 80,
    height: rows.length * LINE,
    body: rows.join(""),
    legend: null,
    palette,
    json: { title, settings, kind, tokens, prompts, heads },
    csv: [["layer", "head", "value"], ...heads.map(({ layer, head, value }) => [layer, head, value])],
    array: { shape: [layers, most], values },
  };
}
