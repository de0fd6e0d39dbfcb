/** A sheet to draw a picture on that is saved: its colours are those of the page as it is now. */
export interface PictureSheet {
  readonly context: OffscreenCanvasRenderingContext2D;
  /** Of a custom property, without its dashes. */
  readonly color: (name: string) => string;
  /** Narrower letters where it would be wider than `most`. */
  readonly text: (words: string, x: number, y: number, align?: CanvasTextAlign, most?: number) => void;
  readonly line: (from: readonly [x: number, y: number], to: readonly [x: number, y: number], stroke: string) => void;
  readonly toBlob: () => Promise<Blob>;
}

/** Pixels of the picture for each of the drawing. */
const SCALE = 2;
const LINE = 18;
/** Beside title, picture and caption. */
export const PICTURE_MARGIN = 16;
/** Where what is under the title begins. */
export const PICTURE_HEAD = 48;

export interface PictureWords {
  readonly title: string;
  /** Lines under the picture: text, settings, adapter. */
  readonly caption: readonly string[];
}

/** With its title and its caption; null where the browser cannot draw. @param height between the two */
export function pictureSheet(width: number, height: number, words: PictureWords): PictureSheet | null {
  const whole = PICTURE_HEAD + height + LINE * words.caption.length + PICTURE_MARGIN;
  const canvas = new OffscreenCanvas(width * SCALE, whole * SCALE);
  const context = canvas.getContext("2d");
  if (context === null) return null;
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`);
  const text: PictureSheet["text"] = (line, x, y, align = "left", most = undefined) => {
    context.textAlign = align;
    context.fillText(line, x, y, most);
  };
  context.scale(SCALE, SCALE);
  context.fillStyle = color("background");
  context.fillRect(0, 0, width, whole);
  context.fillStyle = color("text");
  context.font = "600 16px system-ui, sans-serif";
  text(words.title, PICTURE_MARGIN, 28);
  context.font = "12px system-ui, sans-serif";
  words.caption.forEach((caption, index) => {
    text(caption, PICTURE_MARGIN, PICTURE_HEAD + height + LINE * (index + 1));
  });
  return {
    context,
    color,
    text,
    line: (from, to, stroke) => {
      context.strokeStyle = stroke;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
    },
    toBlob: () => canvas.convertToBlob({ type: "image/png" }),
  };
}
