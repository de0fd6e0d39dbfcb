/** How fast a device moves bytes: the bound of decoding, which reads every weight once a token. */
import { BufferScope } from "./bufferScope";
import type { Gpu } from "./device";

/** Bytes a second, those read and those written counted; takes about a second at most. */
export async function copyBandwidth(gpu: Gpu): Promise<number> {
  const size = Math.min(gpu.isSoftware ? 32 * 2 ** 20 : 256 * 2 ** 20, gpu.limits.maxBufferSize);
  const scope = new BufferScope(gpu);
  try {
    const from = scope.storage("copy source", size);
    const to = scope.storage("copy target", size);
    const repeats = gpu.isSoftware ? 4 : 20;
    let elapsedMs = 0;
    for (let run = 0; run < 2; run++) {
      const encoder = gpu.device.createCommandEncoder();
      for (let i = 0; i < repeats; i++) encoder.copyBufferToBuffer(from, 0, to, 0, size);
      const started = performance.now();
      gpu.device.queue.submit([encoder.finish()]);
      await gpu.device.queue.onSubmittedWorkDone();
      elapsedMs = performance.now() - started;
    }
    return (2 * size * repeats * 1000) / elapsedMs;
  } finally {
    scope.destroy();
  }
}
