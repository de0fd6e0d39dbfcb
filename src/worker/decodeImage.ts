/** A picture file, decoded by the browser. */
import type { Gpu } from "../runtime/gpu/device";
import { readImage } from "../runtime/gpu/readImage";
import { dropAlpha, type RgbImage } from "../runtime/vision/rgbImage";
import { VitrineError } from "../shared/errors";

/** @throws InvalidFileError */
export async function decodeImage(gpu: Gpu, file: Blob): Promise<RgbImage> {
  let bitmap: ImageBitmap;
  try {
    // Colours as they are in the file; turned as a camera says.
    bitmap = await createImageBitmap(file, {
      premultiplyAlpha: "none",
      colorSpaceConversion: "none",
      imageOrientation: "from-image",
    });
  } catch (cause) {
    throw new VitrineError("InvalidFileError", "That is not a picture this browser can open. Try PNG or JPEG.", {
      cause,
    });
  }
  try {
    const limit = gpu.device.limits.maxTextureDimension2D;
    if (Math.max(bitmap.width, bitmap.height) > limit) {
      throw new VitrineError(
        "InvalidFileError",
        `The picture has ${bitmap.width} x ${bitmap.height} pixels; this device takes ${limit} on a side. Make it smaller.`,
      );
    }
    return dropAlpha(bitmap.width, bitmap.height, await readImage(gpu, bitmap));
  } finally {
    bitmap.close();
  }
}
