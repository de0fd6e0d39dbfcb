/** What a cell of the grid of head differences says. */
import { FIGURES, type Figure } from "../../shared/attentionMap";
import type { HeadDifference } from "../../shared/comparison";
import type { Strings } from "../strings/en";
import { formatSmall } from "./formatStatistic";

export type HeadMeasure = "variation" | Figure;
export const HEAD_MEASURES: readonly HeadMeasure[] = ["variation", ...FIGURES];

/** A share of 1, bits or tokens; level minus reference but for the variation. Null: not known in one of them. */
export function measureOf({ reference, level, variation }: HeadDifference, measure: HeadMeasure): number | null {
  if (measure === "variation") return variation.value;
  const [before, after] = [reference[measure], level[measure]];
  return before === null || after === null ? null : after - before;
}

/** Shares as percent. */
export function inUnits(value: number, measure: HeadMeasure): number {
  return measure === "entropy" || measure === "distance" ? value : 100 * value;
}

/** "+3.2 points", "−0.12 bits"; the variation has no sign. */
export function changeWords(value: number | null, measure: HeadMeasure, { compare }: Strings): string {
  if (value === null) return "–";
  const { points, bits, tokens, percent } = compare.heads.units;
  const size = formatSmall(Math.abs(inUnits(value, measure)));
  if (measure === "variation") return percent(size);
  const unit = measure === "entropy" ? bits : measure === "distance" ? tokens : points;
  const sign = value < 0 ? "−" : value > 0 ? "+" : "±";
  return unit(`${sign}${size}`);
}

/** The value itself, as the figure's tables have it. */
export function figureValue(value: number | null, figure: Figure, { compare }: Strings): string {
  if (value === null) return "–";
  const { bits, tokens, percent } = compare.heads.units;
  const number = formatSmall(inUnits(value, figure));
  return figure === "entropy" ? bits(number) : figure === "distance" ? tokens(number) : percent(number);
}
