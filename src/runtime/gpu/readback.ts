/** GPU bytes back to JavaScript. */
import { GPU_BUFFER_USAGE, GPU_MAP_READ, type Gpu } from "./device";

/** Copies `sizeBytes` from `offset` (both multiples of 4) and waits. Not for the decode loop: it allocates. */
export async function readBuffer(gpu: Gpu, buffer: GPUBuffer, offset: number, sizeBytes: number): Promise<ArrayBuffer> {
  gpu.assertAlive();
  const size = Math.ceil(sizeBytes / 4) * 4;
  const staging = gpu.createBuffer("readback", size, GPU_BUFFER_USAGE.MAP_READ | GPU_BUFFER_USAGE.COPY_DST);
  try {
    const encoder = gpu.device.createCommandEncoder({ label: "readback" });
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    gpu.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPU_MAP_READ, 0, size);
    return staging.getMappedRange(0, size).slice(0, sizeBytes);
  } finally {
    gpu.destroyBuffer(staging);
    gpu.assertAlive();
  }
}

export async function readFloats(gpu: Gpu, buffer: GPUBuffer, offset: number, count: number): Promise<Float32Array> {
  return new Float32Array(await readBuffer(gpu, buffer, offset, count * 4));
}
