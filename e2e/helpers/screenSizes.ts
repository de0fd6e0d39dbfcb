/** Sizes of a desk's screen, a tablet's and a phone's, in CSS pixels. */
export const SCREEN_SIZES = [
  [1440, 900],
  [768, 1024],
  [390, 844],
] as const;
