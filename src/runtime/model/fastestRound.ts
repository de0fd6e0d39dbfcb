/** How long kernels take on this device: the best of a few rounds, for choosing among them at load. */
import type { Gpu } from "../gpu/device";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";

/** Runs that are submitted together, so that a submit's own cost does not count. */
const REPEATS = 8;
const ROUNDS = 3;

/** @param rows tokens of the step @returns milliseconds of `REPEATS` runs of all dispatches */
export async function fastestRound(gpu: Gpu, dispatches: readonly Dispatch[], rows: number): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  // The first round also pays for compilation that drivers put off; the minimum leaves it out.
  for (let round = 0; round < ROUNDS; round++) {
    const encoder = gpu.device.createCommandEncoder({ label: "tuning" });
    const pass = encoder.beginComputePass();
    for (let i = 0; i < REPEATS; i++) for (const dispatch of dispatches) encodeDispatch(pass, dispatch, rows);
    pass.end();
    const started = performance.now();
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.device.queue.onSubmittedWorkDone();
    fastest = Math.min(fastest, performance.now() - started);
  }
  return fastest;
}
