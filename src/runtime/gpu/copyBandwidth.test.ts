/** The arithmetic of a measurement, with a clock of our own. */
import { afterEach, expect, it, vi } from "vitest";
import { ApiCounter } from "../testing/apiCounter";
import { openTestGpu } from "../testing/kernelHarness";
import { copyBandwidth } from "./copyBandwidth";

afterEach(() => vi.restoreAllMocks());

it("counts each byte read and written in the second of two rounds, and frees what it took", async () => {
  const gpu = await openTestGpu();
  const before = gpu.allocatedBytes;
  const counter = new ApiCounter(gpu);
  // The first round wakes the device up, and takes longer.
  const times = [0, 900, 1000, 1250];
  vi.spyOn(performance, "now").mockImplementation(() => times.shift() ?? Number.NaN);
  const bytesPerSecond = await copyBandwidth(counter.gpu);
  // Software: 32 MiB, four times, read and written, in a quarter of a second.
  expect(bytesPerSecond).toBe((2 * 4 * 32 * 2 ** 20) / 0.25);
  expect(counter.count("encoder.copyBufferToBuffer")).toBe(2 * 4);
  expect(counter.count("queue.submit")).toBe(2);
  expect(times).toEqual([]);
  expect(counter.gpu.allocatedBytes).toBe(0);
  expect(gpu.allocatedBytes).toBe(before);
});
