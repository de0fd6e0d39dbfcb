/** A head's figures in words. */
import { FIGURES, type HeadFigures } from "../../shared/attentionMap";
import { formatNumber, formatPercent } from "../../shared/units";
import type { Strings } from "../strings/en";

type Words = Strings["attention"];

export function figureWords(words: Words, figures: HeadFigures): string[] {
  return FIGURES.flatMap((name) => {
    const value = figures[name];
    if (value === null) return [];
    if (name === "entropy") return [words.bits(formatNumber(value))];
    if (name === "distance") return [words.tokensBack(formatNumber(value))];
    return [words.share(formatPercent(value), words.figures[name])];
  });
}

/** Spaces and line breaks as marks: a token may be nothing else. */
export function showToken(text: string): string {
  const marked = text.replace(/^ /, "·").replace(/ $/, "·").replaceAll("\n", "↵").replaceAll("\t", "⇥");
  return marked === "" ? "∅" : marked;
}
