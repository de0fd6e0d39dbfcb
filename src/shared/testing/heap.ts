/** What a test's process holds. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Twice: buffers that one collection finds are freed beside it, and the next waits for that. */
export function collect(): void {
  gc();
  gc();
}

/** Bytes of objects and of ArrayBuffers that the collector cannot take back. */
export function heldBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
