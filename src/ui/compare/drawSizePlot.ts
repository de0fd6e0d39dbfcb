/** The plot of size against divergence as a picture that says what it shows. */
import { formatBytes } from "../../shared/units";
import type { Measurement } from "../../store/measurements";
import { tenTo } from "./formatStatistic";
import { layoutSizePlot } from "./sizePlotLayout";

export interface SizePlotWords {
  readonly title: string;
  /** Lines under the plot: text, settings, adapter. */
  readonly caption: readonly string[];
  readonly x: string;
  readonly y: string;
  readonly nameOf: (measurement: Measurement) => string;
}

const WIDTH = 960;
const HEIGHT = 520;
const HEAD = 48;
const LINE = 18;
const SCALE = 2;

/** Colours are those of the page as it is now. */
export function drawSizePlot(measurements: readonly Measurement[], words: SizePlotWords): Promise<Blob> {
  const height = HEAD + HEIGHT + LINE * words.caption.length + 16;
  const sheet = new OffscreenCanvas(WIDTH * SCALE, height * SCALE);
  const context = sheet.getContext("2d");
  if (context === null) return sheet.convertToBlob({ type: "image/png" });
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`);
  const layout = layoutSizePlot(measurements, WIDTH, HEIGHT);
  const { area } = layout;
  const text = (words: string, x: number, y: number, align: CanvasTextAlign = "left"): void => {
    context.textAlign = align;
    context.fillText(words, x, y);
  };
  const line = (from: readonly [number, number], to: readonly [number, number], stroke: string): void => {
    context.strokeStyle = stroke;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  };
  context.scale(SCALE, SCALE);
  context.fillStyle = color("background");
  context.fillRect(0, 0, WIDTH, height);
  context.fillStyle = color("text");
  context.font = "600 16px system-ui, sans-serif";
  text(words.title, 16, 28);
  context.font = "12px system-ui, sans-serif";
  words.caption.forEach((caption, index) => {
    text(caption, 16, HEAD + HEIGHT + LINE * (index + 1));
  });
  context.translate(0, HEAD);
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
  return sheet.convertToBlob({ type: "image/png" });
}
