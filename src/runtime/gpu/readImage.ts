/** Pixels of a decoded picture. Through a texture, because a 2D canvas loses colours under transparent pixels. */
import { BufferScope } from "./bufferScope";
import { GPU_MAP_READ, GPU_TEXTURE_USAGE, type Gpu } from "./device";

const ROW_ALIGNMENT = 256;
const { COPY_SRC, COPY_DST, RENDER_ATTACHMENT } = GPU_TEXTURE_USAGE;

/** @returns [height, width, 4], not multiplied by alpha @throws OutOfMemoryError, DeviceLostError */
export async function readImage(
  gpu: Gpu,
  source: GPUCopyExternalImageSource & { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const { width, height } = source;
  const bytesPerRow = Math.ceil((width * 4) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  const usage = COPY_SRC | COPY_DST | RENDER_ATTACHMENT;
  const { device } = gpu;
  const scope = new BufferScope(gpu);
  const buffer = scope.staging("picture", bytesPerRow * height);
  const texture = device.createTexture({ label: "picture", size: [width, height], format: "rgba8unorm", usage });
  try {
    device.queue.copyExternalImageToTexture({ source }, { texture, premultipliedAlpha: false }, [width, height]);
    const encoder = device.createCommandEncoder({ label: "picture" });
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(GPU_MAP_READ);
    const rows = new Uint8Array(buffer.getMappedRange());
    const pixels = new Uint8Array(width * height * 4);
    for (let y = 0; y < height; y++) {
      pixels.set(rows.subarray(y * bytesPerRow, y * bytesPerRow + width * 4), y * width * 4);
    }
    return pixels;
  } finally {
    texture.destroy();
    scope.destroy();
  }
}
