/** Resizes and crops a picture on the GPU, as an image processor plans it. */
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { submitDispatches } from "../gpu/dispatch";
import { readBuffer } from "../gpu/readback";
import { type ResizePass, type ResizeShape, resizePass } from "../kernels/resizePass";
import { FRACTION_BITS } from "../vision/filterTaps";
import type { ImagePlan } from "../vision/imageProcessor";
import { dropAlpha, type RgbImage } from "../vision/rgbImage";

/** Of a picture that is on the GPU at a time: a photograph is not all there. */
const BAND_BYTES = 16 * 2 ** 20;

/**
 * @param seen receives plan.height x plan.width pixels as u32: bytes red, green, blue, 0
 * @returns the same, read back
 * @throws OutOfMemoryError, DeviceLostError
 */
export async function seePicture(gpu: Gpu, image: RgbImage, plan: ImagePlan, seen: GPUBuffer): Promise<RgbImage> {
  const { width, height } = plan;
  const scope = new BufferScope(gpu);
  try {
    const bandLines = Math.min(image.height, Math.max(1, Math.floor(BAND_BYTES / (image.width * 4))));
    const band = scope.storage("picture band", bandLines * image.width * 4);
    const middle = scope.storage("picture rows", image.height * width * 4);
    const shared = { fractionBits: FRACTION_BITS } as const;
    const across = await resizePass(scope, {
      ...shared,
      ...{ label: "picture rows", taps: plan.across, input: band, output: middle },
    });
    const down = await resizePass(scope, {
      ...shared,
      ...{ label: "picture columns", taps: plan.down, input: middle, output: seen },
    });
    for (let top = 0; top < image.height; top += bandLines) {
      const lines = Math.min(bandLines, image.height - top);
      gpu.device.queue.writeBuffer(band, 0, pixelsOf(image, top, lines));
      const steps = { inputLine: image.width, inputStep: 1, outputLine: width, outputStep: 1 };
      run(gpu, across, { size: width, lines, ...steps, outputStart: top * width });
    }
    const steps = { inputLine: 1, inputStep: width, outputLine: 1, outputStep: width };
    run(gpu, down, { size: height, lines: width, ...steps, outputStart: 0 });
    const bytes = await readBuffer(gpu, seen, 0, width * height * 4);
    return dropAlpha(width, height, new Uint8Array(bytes));
  } finally {
    scope.destroy();
  }
}

function run(gpu: Gpu, { dispatch, setShape }: ResizePass, shape: ResizeShape): void {
  setShape(shape);
  submitDispatches(gpu, dispatch.label, [dispatch], shape.size * shape.lines);
}

/** `lines` lines from `top` on: red, green, blue, 0 */
function pixelsOf({ width, data }: RgbImage, top: number, lines: number): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(width * lines);
  let at = top * width * 3;
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16);
    at += 3;
  }
  return pixels;
}
