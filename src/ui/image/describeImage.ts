/** An image report in words. */
import type { ImageReport } from "../../shared/protocol";
import { formatCount } from "../../shared/units";
import type { Strings } from "../strings/en";

/** Sides may change by rounding; beyond this share the picture was squeezed. */
const SAME_PROPORTION = 0.02;

export function describeImage(report: ImageReport, words: Strings["image"]): readonly (readonly [string, string])[] {
  const { sourceWidth, sourceHeight, resizedWidth, resizedHeight, cropLeft, cropTop, seen, patchSize, tokens } = report;
  const pixels = (width: number, height: number): string => words.pixels(formatCount(width), formatCount(height));
  const stretch = (resizedWidth * sourceHeight) / (resizedHeight * sourceWidth);
  const resized = pixels(resizedWidth, resizedHeight);
  const cuts = [
    [cropLeft, words.sides.left],
    [resizedWidth - cropLeft - seen.width, words.sides.right],
    [cropTop, words.sides.top],
    [resizedHeight - cropTop - seen.height, words.sides.bottom],
  ] as const;
  const cut = cuts.filter(([count]) => count > 0).map(([count, side]) => words.cutPixels(formatCount(count), side));
  const columns = Math.floor(seen.width / patchSize);
  const rows = Math.floor(seen.height / patchSize);
  return [
    [words.size, pixels(sourceWidth, sourceHeight)],
    [words.resized, Math.abs(stretch - 1) > SAME_PROPORTION ? words.squeezed(resized) : resized],
    [words.cut, cut.length === 0 ? words.nothing : cut.join(", ")],
    [words.patches, words.patchesOf(formatCount(columns), formatCount(rows), formatCount(patchSize))],
    [words.tokens, formatCount(tokens)],
  ];
}
