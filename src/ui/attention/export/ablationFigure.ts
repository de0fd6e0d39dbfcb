/** An answer as it was and under factors on heads, with what they change about next tokens. */
import type { TokenText } from "../../../shared/nextToken";
import { formatProbability } from "../../../shared/units";
import type { AblatedAnswer } from "../../../store/ablationSlice";
import type { Palette } from "../colorScale";
import { showToken } from "../headWords";
import { type Cell, drawTable } from "./drawTable";
import type { Figure } from "./figure";

interface AblationFigureRequest {
  readonly title: string;
  readonly settings: string;
  readonly ablation: AblatedAnswer;
  readonly names: { readonly token: string; readonly before: string; readonly after: string };
  readonly palette: Palette;
}

const LINE = 26;
const WIDTHS = [64, 260, 260];

/** Tokens side by side, those that differ tinted; below, the likeliest next tokens before and after. */
export function ablationFigure({ title, settings, ablation, names, palette }: AblationFigureRequest): Figure {
  const { before, after, factors, from, firstDifference, effects } = ablation;
  const length = Math.max(before.length, after.length);
  const places = Array.from({ length }, (_, i) => i);
  const cell = (token: TokenText | undefined, i: number): Cell => ({
    text: token === undefined ? "" : showToken(token.text),
    ...(firstDifference !== null && i >= firstDifference && before[i]?.id !== after[i]?.id && { share: 0.25 }),
  });
  const header = (first: string): Cell[] => [{ text: first }, { text: names.before }, { text: names.after }];
  const answers = places.map((i): Cell[] => [{ text: String(i) }, cell(before[i], i), cell(after[i], i)]);
  const shares = effects.flatMap(({ index, report }) => [
    header(`#${index}`),
    ...report.tokens.map((row): Cell[] => [
      { text: showToken(row.token.text) },
      { text: formatProbability(row.before), share: row.before },
      { text: formatProbability(row.after), share: row.after },
    ]),
  ]);
  const rows = effects.flatMap(({ at, index, report }) =>
    report.tokens.map((row) => ({
      at,
      index,
      id: row.token.id,
      token: row.token.text,
      before: row.before,
      after: row.after,
    })),
  );
  return {
    title,
    settings,
    ...drawTable([header(names.token), ...answers, ...shares], WIDTHS, LINE, palette),
    legend: null,
    palette,
    json: { title, settings, factors, from, firstDifference, before, after, effects },
    csv: [
      ["part", "index", "before_id", "before", "after_id", "after"],
      ...places.map((i) => [
        "answer",
        i,
        before[i]?.id ?? null,
        before[i]?.text ?? null,
        after[i]?.id ?? null,
        after[i]?.text ?? null,
      ]),
      ...rows.map((row) => [row.at, row.index, row.id, row.before, row.id, row.after]),
    ],
    array: {
      shape: [rows.length, 2],
      values: Float32Array.from(rows.flatMap((row) => [row.before, row.after])),
    },
  };
}
