/** Pictures for the browser tests, made when asked for. */
import type { Page } from "@playwright/test";
import { PNG } from "pngjs";
import type { GivenFile } from "./models";

type Pixel = readonly [red: number, green: number, blue: number, alpha?: number];

export function pngFile(
  name: string,
  width: number,
  height: number,
  pixel: (x: number, y: number) => Pixel,
): GivenFile {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue, alpha = 255] = pixel(x, y);
      png.data.set([red, green, blue, alpha], (y * width + x) * 4);
    }
  }
  return { name, mimeType: "image/png", buffer: PNG.sync.write(png) };
}

export function plainPng(name: string, colour: Pixel, width = 60, height = 40): GivenFile {
  return pngFile(name, width, height, () => colour);
}

/** As a person does from elsewhere: the browser makes the event trusted, a test cannot. */
export async function giveFile(page: Page, file: GivenFile, how: "paste" | "drop"): Promise<void> {
  const bytes = [...file.buffer];
  await page.evaluate(
    ({ name, type, bytes, how }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], name, { type }));
      const common = { bubbles: true, cancelable: true };
      const event =
        how === "paste"
          ? new ClipboardEvent("paste", { ...common, clipboardData: transfer })
          : new DragEvent("drop", { ...common, dataTransfer: transfer });
      document.getElementById("message")?.dispatchEvent(event);
    },
    { name: file.name, type: file.mimeType, bytes, how },
  );
}
