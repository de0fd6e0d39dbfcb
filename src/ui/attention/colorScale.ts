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

type Rgb = readonly [number, number, number];

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
  readonly color: (share: number) => { readonly background: string; readonly text: string };
}

/** @param background CSS hex colour of the page */
export function createPalette(background: string): Palette {
  const page = readHex(background);
  const isDark = luminance(page) < 0.2;
  const rgba = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const share = i / 255;
    const full = viridisAt(isDark ? share : 1 - share);
    const alpha = Math.min(1, share / FADE);
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = (full[c] as number) * alpha + (page[c] as number) * (1 - alpha);
    rgba[i * 4 + 3] = 255;
  }
  return {
    rgba,
    color: (share) => {
      const at = Math.round(Math.min(1, Math.max(0, share)) * 255) * 4;
      const rgb: Rgb = [rgba[at] as number, rgba[at + 1] as number, rgba[at + 2] as number];
      // Black and white are equally readable at a luminance of 0.179, with 4.6 : 1.
      return { background: `rgb(${rgb.join(" ")})`, text: luminance(rgb) > 0.179 ? "#000" : "#fff" };
    },
  };
}

function viridisAt(share: number): Rgb {
  const at = Math.min(VIRIDIS.length - 1.000001, Math.max(0, share * (VIRIDIS.length - 1)));
  const [from, to] = [VIRIDIS[Math.floor(at)] as Rgb, VIRIDIS[Math.floor(at) + 1] as Rgb];
  const part = at - Math.floor(at);
  return [0, 1, 2].map((c) => (from[c] as number) * (1 - part) + (to[c] as number) * part) as unknown as Rgb;
}

function readHex(color: string): Rgb {
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
