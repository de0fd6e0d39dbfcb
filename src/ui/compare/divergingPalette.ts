/** Differences as colour: blue for less, the page for none, orange for more. */
import { luminance, mix, type Palette, paletteOf, type Rgb, readHex } from "../attention/colorScale";

const ON_LIGHT: readonly [Rgb, Rgb] = [
  [24, 84, 160],
  [186, 78, 0],
];
const ON_DARK: readonly [Rgb, Rgb] = [
  [110, 178, 246],
  [255, 152, 56],
];

/** Shares below a half are less. @param background CSS hex colour of the page */
export function createDivergingPalette(background: string): Palette {
  const page = readHex(background);
  const [less, more] = luminance(page) < 0.2 ? ON_DARK : ON_LIGHT;
  return paletteOf(0.5, (share) => mix(page, share < 0.5 ? less : more, Math.abs(2 * share - 1)));
}

/** The share of a change when the colours reach from -range to range. */
export function divergingShare(change: number, range: number): number {
  return range > 0 ? 0.5 + 0.5 * Math.max(-1, Math.min(1, change / range)) : 0.5;
}
