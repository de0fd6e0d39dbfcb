/** A picture as the model sees it, with weights over its patches. */

import type { WeightScale } from "../../shared/attentionMap";
import type { ImageReport } from "../../shared/protocol";
import { type Palette, scaled } from "./colorScale";

export interface ImagePicture {
  readonly seen: ImageReport["seen"];
  readonly grid: { readonly columns: number; readonly rows: number };
  /** By patch, line by line. */
  readonly weights: Float32Array;
  /** The weight that has the strongest colour. */
  readonly most: number;
  /** Patches to mark. */
  readonly sinks: readonly number[];
  readonly palette: Palette;
  readonly scale: WeightScale;
}

const SIDE = 384;
/** Of the picture below the colours. */
const PICTURE_STRENGTH = 0.45;

/** Draw calls: the picture, one for the patches, one for each mark. */
export function drawImageAttention(canvas: HTMLCanvasElement, picture: ImagePicture): void {
  const { seen, grid, weights, most, sinks, palette, scale } = picture;
  canvas.width = SIDE;
  canvas.height = Math.round((SIDE * seen.height) / seen.width);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.imageSmoothingEnabled = false;
  context.drawImage(
    pixels(seen.width, seen.height, (i) => greyAt(seen.data, i)),
    0,
    0,
    SIDE,
    canvas.height,
  );
  const patches = pixels(grid.columns, grid.rows, (i) => {
    const share = scaled(most > 0 ? (weights[i] ?? 0) / most : 0, scale);
    const at = Math.round(share * 255) * 4;
    return [...palette.rgba.slice(at, at + 3), Math.round(255 * (1 - PICTURE_STRENGTH * (1 - share / 2)))];
  });
  context.drawImage(patches, 0, 0, SIDE, canvas.height);
  const [width, height] = [SIDE / grid.columns, canvas.height / grid.rows];
  for (const patch of sinks) {
    context.beginPath();
    const [x, y] = [patch % grid.columns, Math.floor(patch / grid.columns)];
    context.arc((x + 0.5) * width, (y + 0.5) * height, Math.max(2, Math.min(width, height) / 8), 0, 2 * Math.PI);
    context.fillStyle = "#fff";
    context.strokeStyle = "#000";
    context.fill();
    context.stroke();
  }
}

function pixels(width: number, height: number, at: (index: number) => ArrayLike<number>): OffscreenCanvas {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) image.data.set(at(i), i * 4);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/** Colour is for weights alone. */
function greyAt(data: Uint8Array, i: number): readonly number[] {
  const [r, g, b] = [data[i * 3] ?? 0, data[i * 3 + 1] ?? 0, data[i * 3 + 2] ?? 0];
  const grey = Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b);
  return [grey, grey, grey, 255];
}
