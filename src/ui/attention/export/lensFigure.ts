/** The logit lens at one position and over many. */

import type { WeightScale } from "../../../shared/attentionMap";
import type { LensGridReport, LensReport } from "../../../shared/inspection";
import { formatNumber, formatProbability } from "../../../shared/units";
import { type Palette, scaled } from "../colorScale";
import { showToken } from "../headWords";
import { type Cell, drawTable } from "./drawTable";
import type { Figure } from "./figure";

interface Words {
  readonly title: string;
  readonly settings: string;
  /** Of a row: 0 is the embedding. */
  readonly stageName: (stage: number) => string;
}

export function lensFigure(lens: LensReport, palette: Palette, words: Words): Figure {
  const { title, settings, stageName } = words;
  const header = [{ text: "" }, ...lens.followed.map(({ text }) => ({ text: showToken(text) })), { text: "bits" }];
  const rows = lens.layers.map(({ followed, entropyBits }, stage): Cell[] => [
    { text: stageName(stage) },
    ...followed.map(({ probability }) => ({ text: formatProbability(probability), share: probability })),
    { text: formatNumber(entropyBits) },
  ]);
  const widths = [100, ...lens.followed.map(() => 96), 64];
  return {
    title,
    settings,
    ...drawTable([header, ...rows], widths, 26, palette),
    legend: { scale: "linear", most: 1 },
    palette,
    json: { title, settings, ...lens },
    csv: [
      ["stage", "entropy_bits", "rank", "id", "token", "probability"],
      ...lens.layers.flatMap(({ top, entropyBits }, stage) =>
        top.map(({ token, probability }, rank) => [stage, entropyBits, rank, token.id, token.text, probability]),
      ),
    ],
    array: {
      shape: [lens.layers.length, lens.followed.length],
      values: Float32Array.from(lens.layers.flatMap(({ followed }) => followed.map(({ probability }) => probability))),
    },
  };
}

export function lensGridFigure(
  grid: LensGridReport,
  columns: readonly string[],
  { palette, scale }: { palette: Palette; scale: WeightScale },
  words: Words,
): Figure {
  const { title, settings, stageName } = words;
  const { cells, tokens, probabilities, followed, count, start } = grid;
  const shares = followed ?? probabilities;
  const stages = cells.length / count;
  const tokenOf = (cell: number): string => tokens[cells[cell] as number]?.text ?? "";
  const rows = Array.from({ length: stages }, (_, stage): Cell[] => [
    { text: stageName(stage) },
    ...columns.map((_column, i): Cell => {
      const share = shares[stage * count + i] as number;
      const text = showToken(tokenOf(stage * count + i));
      return { text, below: formatProbability(share), share: scaled(share, scale) };
    }),
  ]);
  const header = [{ text: "" }, ...columns.map((text) => ({ text }))];
  return {
    title,
    settings,
    ...drawTable([header, ...rows], [100, ...columns.map(() => 96)], 42, palette),
    legend: { scale, most: 1 },
    palette,
    json: { title, settings, start, count, tokens, cells: [...cells], probabilities, followed },
    csv: [
      ["stage", "position", "id", "token", "probability", "followed"],
      ...[...cells].map((place, cell) => [
        Math.floor(cell / count),
        start + (cell % count),
        tokens[place]?.id ?? null,
        tokens[place]?.text ?? "",
        probabilities[cell] as number,
        followed?.[cell] ?? null,
      ]),
    ],
    array: { shape: [stages, count], values: shares },
  };
}
