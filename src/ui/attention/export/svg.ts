/** Pieces of SVG as text, and SVG as pixels. */

export function escapeXml(text: string): string {
  // Control characters cannot stand in XML at all.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
  const clean = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");
  return clean.replace(/[<>&"]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign] ?? sign);
}

export function svgText(x: number, y: number, size: number, words: string, more = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${more}>${escapeXml(words)}</text>`;
}

export function svgRect(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"/>`;
}

/** Pixels within a picture, as they are. */
export async function svgImage(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  width: number,
  height: number,
): Promise<string> {
  const blob =
    canvas instanceof OffscreenCanvas
      ? await canvas.convertToBlob({ type: "image/png" })
      : await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) return "";
  return `<image width="${width}" height="${height}" image-rendering="pixelated" href="${await dataUrl(blob)}"/>`;
}

/** An SVG as a PNG of that many pixels. */
export async function rasterize(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = await dataUrl(new Blob([svg], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/png" });
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
