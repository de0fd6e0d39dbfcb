/** GPU time by kernel, from timestamp queries around one pass per dispatch. Slower than the real thing: see shares. */
import { GPU_BUFFER_USAGE, type Gpu } from "./device";
import { type Dispatch, encodeDispatch } from "./dispatch";
import { readBuffer } from "./readback";

export interface KernelTime {
  readonly kernel: string;
  readonly dispatches: number;
  readonly microseconds: number;
}

/** @returns kernels by falling time; null when the device has no timestamp queries (`openGpu({ profile: true })`) */
export async function profileDispatches(
  gpu: Gpu,
  dispatches: readonly Dispatch[],
  rows: number,
  length: number,
): Promise<KernelTime[] | null> {
  if (!gpu.has("timestamp-query")) return null;
  const count = dispatches.length * 2;
  const querySet = gpu.device.createQuerySet({ label: "kernel times", type: "timestamp", count });
  const { QUERY_RESOLVE, COPY_SRC } = GPU_BUFFER_USAGE;
  const resolved = gpu.createBuffer("kernel times", count * 8, QUERY_RESOLVE | COPY_SRC);
  try {
    const encoder = gpu.device.createCommandEncoder({ label: "profile" });
    for (const [index, dispatch] of dispatches.entries()) {
      const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      encodeDispatch(pass, dispatch, rows, length);
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    gpu.device.queue.submit([encoder.finish()]);
    const ticks = new BigUint64Array(await readBuffer(gpu, resolved, 0, count * 8));
    return byKernel(dispatches, ticks);
  } finally {
    querySet.destroy();
    gpu.destroyBuffer(resolved);
  }
}

function byKernel(dispatches: readonly Dispatch[], ticks: BigUint64Array): KernelTime[] {
  const times = new Map<string, { dispatches: number; microseconds: number }>();
  for (const [index, dispatch] of dispatches.entries()) {
    // Labels read "layer 3 down: matvec q4_0 subgroup"; layers are added up.
    const kernel = dispatch.label.replace(/^layer \d+ ?/, "");
    const nanoseconds = Number((ticks[2 * index + 1] ?? 0n) - (ticks[2 * index] ?? 0n));
    const sum = times.get(kernel) ?? { dispatches: 0, microseconds: 0 };
    times.set(kernel, {
      dispatches: sum.dispatches + 1,
      microseconds: sum.microseconds + Math.max(0, nanoseconds) / 1000,
    });
  }
  return [...times].map(([kernel, sum]) => ({ kernel, ...sum })).sort((a, b) => b.microseconds - a.microseconds);
}
