/**
 * Weights as colour: viridis (Smith and van der Walt 2015), which runs evenly in lightness and is read by the
 * colour-blind. The end that means "much" is the one that stands out from the page: dark on light, light on dark; the
 * other end fades into the page.
 */

import type { WeightScale } from "../../shared/attentionMap";

/** Weights below this are nothing on the logarithmic scale. */
const LOG_FLOOR = 1e-4;

export function scaled(weight: number, scale: WeightScale): number {
  const share = Math.min(1, Math.max(0, weight));
  if (scale === "linear") return share;
  if (scale === "sqrt") return Math.sqrt(share);
  return share <= LOG_FLOOR ? 0 : 1 - Math.log(share) / Math.log(LOG_FLOOR);
}

const TICKS: Readonly<Record<WeightScale, readonly number[]>> = {
  linear: [0, 0.25, 0.5, 0.75, 1],
  sqrt: [0, 0.01, 0.05, 0.25, 0.5, 1],
  log: [LOG_FLOOR, 0.001, 0.01, 0.1, 1],
};
/** A legend's width in the widths of a digit of its labels, a little less. */
const LEGEND_DIGITS = 44;

export interface LegendTick {
  /** From 0 to 1 along the colours. */
  readonly at: number;
  readonly label: string;
}

/** Weights that a legend names, the largest and those before it for which there is room. @param most of the strongest colour */
export function legendTicks(scale: WeightScale, most: number): readonly LegendTick[] {
  const ticks: LegendTick[] = [];
  for (const share of TICKS[scale].toReversed()) {
    const label = `${Number((share * most * 100).toPrecision(2))} %`;
    const at = scaled(share, scale);
    const next = ticks[0];
    const room = next === undefined ? Number.POSITIVE_INFINITY : (next.at - at) * LEGEND_DIGITS;
    if (room > (label.length + (next?.label.length ?? 0)) / 2) ticks.unshift({ at, label });
  }
  return ticks;
}

export type Rgb = readonly [number, number, number];

const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** Up to here a colour is mixed with the page's background. */
const FADE = 0.25;

export interface Palette {
  /** 256 colours, 4 bytes each. */
  readonly rgba: Uint8ClampedArray;
  /** CSS colour of a share of 1, and the text colour that reads best on it. */
  readonly color: (share: number) => Tint;
  /** Of what is nothing: where a mask is drawn. */
  readonly nothing: Tint;
}

export interface Tint {
  readonly background: string;
  readonly text: string;
}

/** @param background CSS hex colour of the page */
export function createPalette(background: string): Palette {
  const page = readHex(background);
  const isDark = luminance(page) < 0.2;
  return paletteOf(0, (share) => mix(page, viridisAt(isDark ? share : 1 - share), Math.min(1, share / FADE)));
}

/** @param colorAt of shares from 0 to 1 @param nothing the share that is none */
export function paletteOf(nothing: number, colorAt: (share: number) => Rgb): Palette {
  const rgba = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) rgba.set([...colorAt(i / 255), 255], i * 4);
  const color = (share: number): Tint => {
    const at = Math.round(Math.min(1, Math.max(0, share)) * 255) * 4;
    const rgb: Rgb = [rgba[at] as number, rgba[at + 1] as number, rgba[at + 2] as number];
    // Black and white are equally readable at a luminance of 0.179, with 4.6 : 1.
    return { background: `rgb(${rgb.join(" ")})`, text: luminance(rgb) > 0.179 ? "#000" : "#fff" };
  };
  return { rgba, color, nothing: color(nothing) };
}

/** @param share of `to` */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const [a, b, c] = [0, 1, 2].map((i) => (from[i] as number) * (1 - share) + (to[i] as number) * share);
  return [a as number, b as number, c as number];
}

function viridisAt(share: number): Rgb {
  const at = Math.min(VIRIDIS.length - 1.000001, Math.max(0, share * (VIRIDIS.length - 1)));
  const [from, to] = [VIRIDIS[Math.floor(at)] as Rgb, VIRIDIS[Math.floor(at) + 1] as Rgb];
  return mix(from, to, at - Math.floor(at));
}

export function readHex(color: string): Rgb {
  const value = Number.parseInt(color.trim().replace("#", ""), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Relative luminance as WCAG 2 defines it. */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
