/** One run as a picture: where the KLD of each level's tokens lies, and every statistic under llama-perplexity's name. */
import type { ComparisonStatistics } from "../../shared/comparisonStatistics";
import type { ContenderResult } from "../../store/compareSlice";
import { LLAMA_NAMES, namedStatistics } from "../../store/comparisonFile";
import { formatChange, formatShare, formatStatistic, tenTo } from "./formatStatistic";
import {
  PICTURE_MARGIN as MARGIN,
  PICTURE_HEAD,
  type PictureSheet,
  type PictureWords,
  pictureSheet,
} from "./pictureSheet";

export interface RunPictureWords extends PictureWords {
  readonly axis: string;
  readonly statistic: string;
  readonly nameOf: (contender: string) => string;
}

const NAMES_WIDTH = 240;
const COLUMN = 200;
const ROW = 22;
const CHART_ROW = 28;
const AXIS = 44;
/** Nothing lower is told apart from nothing: f32 logits. */
const LEAST_KLD = 1e-9;

/** Of the statistics that are shares or changes of a probability. */
const FORMATS: Readonly<Record<string, typeof formatStatistic>> = {
  "same top p": formatShare,
  "mean delta p": formatChange,
  "RMS delta p": formatChange,
};

/** Null where the browser cannot draw. */
export async function drawRun(results: readonly ContenderResult[], words: RunPictureWords): Promise<Blob | null> {
  const width = MARGIN * 2 + NAMES_WIDTH + COLUMN * Math.max(2, results.length);
  const chart = CHART_ROW * results.length + AXIS;
  const sheet = pictureSheet(width, chart + ROW * (LLAMA_NAMES.size + 2), words);
  if (sheet === null) return null;
  sheet.context.translate(0, PICTURE_HEAD);
  drawSpreads(sheet, results, words, width);
  sheet.context.translate(0, chart);
  drawTable(sheet, results, words, width);
  return sheet.toBlob();
}

/** Powers of ten around all that is drawn. */
export function kldDecades(all: readonly ComparisonStatistics[]): readonly [from: number, to: number] {
  const values = all.flatMap(({ medianKld, meanKld, kld99 }) => [medianKld.value, meanKld.value, kld99.value]);
  const logs = values.filter(Number.isFinite).map((value) => Math.log10(Math.max(value, LEAST_KLD)));
  const [least, most] = [Math.min(0, ...logs), Math.max(...logs, -9)];
  return [Math.floor(least), Math.max(Math.ceil(most), Math.floor(least) + 1)];
}

/** For each level a line from the median to the 99 % KLD, and a point with its error at the mean. */
function drawSpreads(
  { context, color, text, line }: PictureSheet,
  results: readonly ContenderResult[],
  words: RunPictureWords,
  width: number,
): void {
  const [from, to] = kldDecades(results.map(({ statistics }) => statistics));
  const [left, right] = [MARGIN + NAMES_WIDTH, width - MARGIN];
  const bottom = CHART_ROW * results.length;
  const xOf = (kld: number): number => {
    const share = (Math.log10(Math.max(kld, LEAST_KLD)) - from) / (to - from);
    return left + (right - left) * Math.max(0, Math.min(1, share));
  };
  for (let exponent = from; exponent <= to; exponent++) {
    const x = xOf(10 ** exponent);
    line([x, 0], [x, bottom], color("hairline"));
    text(tenTo(exponent), x, bottom + 16, "center");
  }
  text(words.axis, MARGIN, bottom + 16);
  results.forEach(({ contender, statistics: { medianKld, kld99, meanKld } }, index) => {
    const y = CHART_ROW * index + CHART_ROW / 2;
    context.fillStyle = color("text");
    text(words.nameOf(contender), MARGIN, y + 4);
    line([xOf(medianKld.value), y], [xOf(kld99.value), y], color("accent"));
    const error = meanKld.error ?? 0;
    context.lineWidth = 3;
    line([xOf(meanKld.value - error), y], [xOf(meanKld.value + error), y], color("text"));
    context.lineWidth = 1;
    context.beginPath();
    context.arc(xOf(meanKld.value), y, 4, 0, 2 * Math.PI);
    context.fillStyle = color("accent");
    context.fill();
  });
  context.fillStyle = color("text");
}

function drawTable(
  { color, text, line }: PictureSheet,
  results: readonly ContenderResult[],
  words: RunPictureWords,
  width: number,
): void {
  const right = (index: number): number => MARGIN + NAMES_WIDTH + COLUMN * (index + 1) - 8;
  const named = results.map(({ statistics }) => namedStatistics(statistics));
  text(words.statistic, MARGIN, 16);
  results.forEach(({ contender }, index) => {
    text(words.nameOf(contender), right(index), 16, "right", COLUMN - 16);
  });
  [...LLAMA_NAMES].forEach(([key, name], row) => {
    const y = ROW * (row + 1) + 16;
    line([MARGIN, y - 16], [width - MARGIN, y - 16], color("hairline"));
    text(name, MARGIN, y);
    named.forEach((statistics, index) => {
      const statistic = statistics[key];
      if (statistic !== undefined) text((FORMATS[key] ?? formatStatistic)(statistic), right(index), y, "right");
    });
  });
}
