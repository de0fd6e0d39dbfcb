/** What a model sees, pixel by pixel, with the grid of its patches. */
import type { ImageReport } from "../../shared/protocol";

/** Lines closer than this would hide the picture. */
const LINE_DISTANCE_PX = 12;

/** Fills the canvas. @param sidePx of the canvas on the page, for one pixel of the device each */
export function drawSeen(canvas: HTMLCanvasElement, { seen, patchSize }: ImageReport, sidePx: number): void {
  // Whole multiples, so that every pixel of the picture is as large as the others.
  const scale = Math.max(1, Math.round((sidePx * devicePixelRatio) / seen.width));
  canvas.width = seen.width * scale;
  canvas.height = seen.height * scale;
  const context = canvas.getContext("2d");
  const source = new OffscreenCanvas(seen.width, seen.height);
  const pixels = new ImageData(seen.width, seen.height);
  for (let i = 0; i < seen.width * seen.height; i++) {
    pixels.data.set(seen.data.subarray(i * 3, i * 3 + 3), i * 4);
    pixels.data[i * 4 + 3] = 255;
  }
  source.getContext("2d")?.putImageData(pixels, 0, 0);
  if (context === null) return;
  context.imageSmoothingEnabled = false;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  if ((patchSize * sidePx) / seen.width < LINE_DISTANCE_PX) return;
  drawGrid(context, patchSize * scale, canvas.width, canvas.height);
}

/** Light and dark beside each other: a line is seen on every colour. */
function drawGrid(context: CanvasRenderingContext2D, step: number, width: number, height: number): void {
  for (const [offset, colour] of [
    [-1, "rgb(255 255 255 / 0.55)"],
    [0, "rgb(0 0 0 / 0.45)"],
  ] as const) {
    context.fillStyle = colour;
    for (let x = step; x < width; x += step) context.fillRect(x + offset, 0, 1, height);
    for (let y = step; y < height; y += step) context.fillRect(0, y + offset, width, 1);
  }
}
