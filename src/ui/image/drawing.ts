/** Drawings as a list of marks: undone one by one, said in words, painted at any size. */
import { BACKGROUND, COLOURS, type Colour, SHAPES, type Shape, SIZES, type Size, WORLD_SIDE } from "./world";

export type Point = readonly [x: number, y: number];

export interface ShapeMark {
  readonly kind: "shape";
  readonly shape: Shape;
  readonly colour: Colour;
  readonly size: Size;
  readonly at: Point;
}

export interface LineMark {
  readonly kind: "line";
  readonly colour: Colour;
  readonly size: Size;
  readonly points: readonly Point[];
}

export type Mark = ShapeMark | LineMark;

/** Of a brush, for each size of shape. */
const LINE_WIDTH_SHARE = 0.4;

const stamp = (colour: Colour, shape: Shape, size: Size, x: number, y: number): ShapeMark => ({
  kind: "shape",
  shape,
  colour,
  size,
  at: [x, y],
});

/** Made here, stored nowhere. */
export const SAMPLES = {
  above: [stamp("red", "circle", "large", 24, 11), stamp("blue", "square", "large", 24, 37)],
  count: [
    stamp("green", "triangle", "large", 11, 13),
    stamp("green", "triangle", "large", 37, 13),
    stamp("green", "triangle", "large", 24, 37),
  ],
  beside: [stamp("yellow", "star", "large", 12, 24), stamp("black", "cross", "large", 36, 24)],
  sizes: [stamp("purple", "diamond", "large", 14, 14), stamp("pink", "circle", "small", 36, 36)],
} as const satisfies Readonly<Record<string, readonly Mark[]>>;
export type Sample = keyof typeof SAMPLES;
export const SAMPLE_NAMES = Object.keys(SAMPLES) as readonly Sample[];

/** Fills a square canvas. */
export function paintDrawing(canvas: HTMLCanvasElement, marks: readonly Mark[]): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = canvas.width / WORLD_SIDE;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = `rgb(${BACKGROUND.join(" ")})`;
  context.fillRect(0, 0, WORLD_SIDE, WORLD_SIDE);
  for (const mark of marks) {
    const colour = `rgb(${COLOURS[mark.colour].join(" ")})`;
    if (mark.kind === "shape") paintShape(context, mark, colour);
    else paintLine(context, mark, colour);
  }
}

function paintShape(context: CanvasRenderingContext2D, { shape, size, at: [x, y] }: ShapeMark, colour: string): void {
  const radius = SIZES[size];
  context.beginPath();
  if (shape === "circle") context.arc(x, y, radius, 0, 2 * Math.PI);
  for (const [u, v] of SHAPES[shape]) context.lineTo(x + u * radius, y + v * radius);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

function paintLine(context: CanvasRenderingContext2D, { size, points }: LineMark, colour: string): void {
  const [first] = points;
  if (first === undefined) return;
  context.strokeStyle = colour;
  context.lineWidth = SIZES[size] * LINE_WIDTH_SHARE;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...first);
  // A single point is a dot: a line of no length with round ends.
  for (const point of points.length > 1 ? points.slice(1) : points) context.lineTo(...point);
  context.stroke();
}

/** Of the file that the model gets; it resizes that to what it was trained on. */
const FILE_SIDE = 8 * WORLD_SIDE;

export async function drawingFile(marks: readonly Mark[], name: string): Promise<File> {
  const canvas = document.createElement("canvas");
  canvas.width = FILE_SIDE;
  canvas.height = FILE_SIDE;
  paintDrawing(canvas, marks);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("The canvas gave no picture.");
  return new File([blob], `${name}.png`, { type: "image/png" });
}
