/** Pixels of a decoded picture. Through a texture, because a 2D canvas loses colours under transparent pixels. */
import type { Gpu } from "./device";

const ROW_ALIGNMENT = 256;
const TEXTURE_COPY_SRC = 0x01;
const TEXTURE_COPY_DST = 0x02;
const TEXTURE_RENDER_ATTACHMENT = 0x10;
const BUFFER_MAP_READ = 0x01;
const BUFFER_COPY_DST = 0x08;
const MAP_READ = 0x01;

/** @returns [height, width, 4], not multiplied by alpha */
export async function readImage(
  { device }: Gpu,
  source: GPUCopyExternalImageSource & { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const { width, height } = source;
  const bytesPerRow = Math.ceil((width * 4) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  const usage = TEXTURE_COPY_SRC | TEXTURE_COPY_DST | TEXTURE_RENDER_ATTACHMENT;
  const texture = device.createTexture({ label: "picture", size: [width, height], format: "rgba8unorm", usage });
  const buffer = device.createBuffer({
    label: "picture",
    size: bytesPerRow * height,
    usage: BUFFER_MAP_READ | BUFFER_COPY_DST,
  });
  try {
    device.queue.copyExternalImageToTexture({ source }, { texture, premultipliedAlpha: false }, [width, height]);
    const encoder = device.createCommandEncoder({ label: "picture" });
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(MAP_READ);
    const rows = new Uint8Array(buffer.getMappedRange());
    const pixels = new Uint8Array(width * height * 4);
    for (let y = 0; y < height; y++) {
      pixels.set(rows.subarray(y * bytesPerRow, y * bytesPerRow + width * 4), y * width * 4);
    }
    return pixels;
  } finally {
    buffer.destroy();
    texture.destroy();
  }
}
