/** The plot of size against divergence as a picture that says what it shows. */
import { formatBytes } from "../../shared/units";
import type { Measurement } from "../../store/measurements";
import { tenTo } from "./formatStatistic";
import { PICTURE_HEAD, type PictureWords, pictureSheet } from "./pictureSheet";
import { layoutSizePlot } from "./sizePlotLayout";

export interface SizePlotWords extends PictureWords {
  readonly x: string;
  readonly y: string;
  readonly nameOf: (measurement: Measurement) => string;
}

const WIDTH = 960;
const HEIGHT = 520;

/** Null where the browser cannot draw. */
export async function drawSizePlot(measurements: readonly Measurement[], words: SizePlotWords): Promise<Blob | null> {
  const sheet = pictureSheet(WIDTH, HEIGHT, words);
  if (sheet === null) return null;
  const { context, color, text, line } = sheet;
  const layout = layoutSizePlot(measurements, WIDTH, HEIGHT);
  const { area } = layout;
  context.translate(0, PICTURE_HEAD);
  text(words.y, area.left, 12);
  text(words.x, area.right, area.bottom + 36, "right");
  for (const { at, value } of layout.yTicks) {
    line([area.left, at], [area.right, at], color("hairline"));
    text(tenTo(value), area.left - 8, at + 4, "right");
  }
  for (const { at, value } of layout.xTicks)
    text(value === 0 ? "0" : formatBytes(value), at, area.bottom + 18, "center");
  line([area.left, area.bottom], [area.right, area.bottom], color("hairline-strong"));
  layout.frontier.slice(1).forEach((point, index) => {
    const before = layout.frontier[index] ?? point;
    line([before.x, before.y], [point.x, point.y], color("accent"));
  });
  for (const { measurement, x, y, top, bottom, speed, label } of layout.points) {
    line([x, top], [x, bottom], color("text"));
    context.beginPath();
    context.arc(x, y, 5, 0, 2 * Math.PI);
    context.fillStyle = speed === null ? color("background") : color(`data-${speed}`);
    context.fill();
    context.stroke();
    context.fillStyle = color("text");
    text(words.nameOf(measurement), label.x, label.y + 4, label.isLeft ? "right" : "left");
  }
  return sheet.toBlob();
}
