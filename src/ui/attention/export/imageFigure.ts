/** A picture with weights over its patches. */
import { drawImageAttention, type ImagePicture } from "../drawImageAttention";
import type { Figure } from "./figure";
import { svgImage } from "./svg";

interface ImageFigureRequest {
  readonly title: string;
  readonly settings: string;
  readonly picture: ImagePicture;
}

export async function imageFigure({ title, settings, picture }: ImageFigureRequest): Promise<Figure> {
  const { grid, weights, most, sinks, palette, scale } = picture;
  const canvas = document.createElement("canvas");
  drawImageAttention(canvas, picture);
  const { width, height } = canvas;
  return {
    title,
    settings,
    width,
    height,
    body: await svgImage(canvas, width, height),
    legend: { scale, most },
    palette,
    json: { title, settings, grid, sinks, weights },
    csv: [
      ["row", "column", "weight"],
      ...Array.from(weights, (weight, i) => [Math.floor(i / grid.columns), i % grid.columns, weight]),
    ],
    array: { shape: [grid.rows, grid.columns], values: weights },
  };
}
