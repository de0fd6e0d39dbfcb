/** A decoded picture: 8-bit red, green and blue, row by row from the top. Transparency is dropped, not composited. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** @param rgba [height, width, 4], colours not multiplied by alpha */
export function dropAlpha(width: number, height: number, rgba: Uint8Array): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(rgba.subarray(i * 4, i * 4 + 3), i * 3);
  return { width, height, data };
}
