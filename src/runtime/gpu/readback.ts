/** GPU bytes back to JavaScript. */
import { GPU_BUFFER_USAGE, GPU_MAP_READ, type Gpu } from "./device";

export interface ByteRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Copies `sizeBytes` from `offset` (both multiples of 4) and waits. Not for the decode loop: it allocates. */
export async function readBuffer(gpu: Gpu, buffer: GPUBuffer, offset: number, sizeBytes: number): Promise<ArrayBuffer> {
  const [bytes] = await readRanges(gpu, buffer, [{ offset, sizeBytes }]);
  return bytes as ArrayBuffer;
}

/** The same of several ranges, in one submit. */
export async function readRanges(gpu: Gpu, buffer: GPUBuffer, ranges: readonly ByteRange[]): Promise<ArrayBuffer[]> {
  gpu.assertAlive();
  const padded = ranges.map(({ sizeBytes }) => Math.ceil(sizeBytes / 4) * 4);
  const size = padded.reduce((sum, bytes) => sum + bytes, 0);
  const staging = gpu.createBuffer("readback", size, GPU_BUFFER_USAGE.MAP_READ | GPU_BUFFER_USAGE.COPY_DST);
  try {
    const encoder = gpu.device.createCommandEncoder({ label: "readback" });
    let at = 0;
    for (const [index, { offset }] of ranges.entries()) {
      encoder.copyBufferToBuffer(buffer, offset, staging, at, padded[index] as number);
      at += padded[index] as number;
    }
    gpu.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPU_MAP_READ, 0, size);
    const mapped = staging.getMappedRange(0, size);
    let from = 0;
    return ranges.map(({ sizeBytes }, index) => {
      const bytes = mapped.slice(from, from + sizeBytes);
      from += padded[index] as number;
      return bytes;
    });
  } finally {
    gpu.destroyBuffer(staging);
    gpu.assertAlive();
  }
}

export async function readFloats(
  gpu: Gpu,
  buffer: GPUBuffer,
  offset: number,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  return new Float32Array(await readBuffer(gpu, buffer, offset, count * 4));
}
