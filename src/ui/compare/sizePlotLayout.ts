/** Size against divergence as places on a picture: linear bytes to the right, logarithmic KLD upwards. */
import { frontierOf, type Measurement } from "../../store/measurements";

export interface PlotPoint {
  readonly measurement: Measurement;
  readonly x: number;
  readonly y: number;
  /** One standard error up and down, within the picture. */
  readonly top: number;
  readonly bottom: number;
  /** 1 (slowest) to 5 (fastest); null: not measured. */
  readonly speed: number | null;
  readonly label: { readonly x: number; readonly y: number; readonly isLeft: boolean };
}

export interface PlotTick {
  readonly at: number;
  readonly value: number;
}

export interface PlotLayout {
  readonly width: number;
  readonly height: number;
  readonly area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly points: readonly PlotPoint[];
  readonly frontier: readonly PlotPoint[];
  readonly xTicks: readonly PlotTick[];
  /** Values are exponents of ten. */
  readonly yTicks: readonly PlotTick[];
  /** Where the reference's size is, when it is in the picture. */
  readonly referenceX: number;
}

const MARGIN = { left: 48, right: 16, top: 20, bottom: 44 };
/** Nothing lower is told apart from nothing: f32 logits. */
const LEAST_KLD = 1e-9;
const LABEL_HEIGHT = 15;
const LABEL_WIDTH = 150;
export const SPEED_STEPS = 5;

export function layoutSizePlot(measurements: readonly Measurement[], width: number, height: number): PlotLayout {
  const area = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
  const klds = measurements.map((m) => kldOf(m).value);
  const low = Math.floor(Math.log10(Math.max(LEAST_KLD, Math.min(...klds))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(LEAST_KLD, ...klds))));
  const referenceBytes = Math.max(...measurements.map((m) => m.referenceBytes));
  const most = Math.max(referenceBytes, ...measurements.map((m) => m.weightBytes)) * 1.05;
  const x = (bytes: number): number => area.left + (bytes / most) * (area.right - area.left);
  const y = (kld: number): number => {
    const share = (Math.log10(Math.max(LEAST_KLD, kld)) - low) / (high - low);
    return area.bottom - Math.min(1, Math.max(0, share)) * (area.bottom - area.top);
  };
  const rates = measurements.flatMap((m) => (m.tokensPerSecond === null ? [] : [m.tokensPerSecond]));
  const bare = measurements.map((measurement) => {
    const { value, error } = kldOf(measurement);
    return {
      measurement,
      x: x(measurement.weightBytes),
      y: y(value),
      top: y(value + (error ?? 0)),
      bottom: y(value - (error ?? 0)),
      speed: speedStep(measurement.tokensPerSecond, Math.min(...rates), Math.max(...rates)),
    };
  });
  const points = placeLabels(bare, area.right);
  const onFrontier = new Set(frontierOf(measurements));
  return {
    width,
    height,
    area,
    points,
    frontier: points.filter(({ measurement }) => onFrontier.has(measurement)),
    xTicks: roundSteps(most).map((value) => ({ at: x(value), value })),
    yTicks: Array.from({ length: high - low + 1 }, (_, i) => ({ at: y(10 ** (low + i)), value: low + i })),
    referenceX: x(referenceBytes),
  };
}

export function kldOf(measurement: Measurement): { readonly value: number; readonly error: number | null } {
  return measurement.statistics["mean KLD"] ?? { value: Number.NaN, error: null };
}

/** Steps of equal ratio between the slowest and the fastest. */
function speedStep(rate: number | null, slowest: number, fastest: number): number | null {
  if (rate === null) return null;
  if (!(fastest > slowest)) return SPEED_STEPS;
  const share = Math.log(rate / slowest) / Math.log(fastest / slowest);
  return 1 + Math.min(SPEED_STEPS - 1, Math.floor(share * SPEED_STEPS));
}

/** 0 and about four round numbers of a binary unit. */
function roundSteps(most: number): number[] {
  const unit = 1024 ** Math.floor(Math.log(Math.max(1, most)) / Math.log(1024));
  const rough = most / unit / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power * unit;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** Beside its point, moved down where another label is in the way. */
function placeLabels(points: readonly Omit<PlotPoint, "label">[], right: number): PlotPoint[] {
  const taken: { readonly x: number; readonly y: number }[] = [];
  return [...points]
    .sort((a, b) => a.y - b.y)
    .map((point) => {
      const isLeft = point.x + LABEL_WIDTH > right;
      const x = point.x + (isLeft ? -9 : 9);
      const from = isLeft ? x - LABEL_WIDTH : x;
      let y = point.y;
      while (taken.some((other) => Math.abs(other.x - from) < LABEL_WIDTH && Math.abs(other.y - y) < LABEL_HEIGHT)) {
        y += 1;
      }
      taken.push({ x: from, y });
      return { ...point, label: { x, y, isLeft } };
    });
}
