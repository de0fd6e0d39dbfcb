import { describe, expect, it } from "vitest";
import { until } from "../../shared/testing/waits";
import { openTestGpu } from "../testing/kernelHarness";
import { GPU_BUFFER_USAGE, openGpu } from "./device";
import { grid } from "./dispatch";
import { readBuffer } from "./readback";

describe("openGpu", () => {
  it("says when there is no WebGPU, or no adapter", async () => {
    await expect(openGpu(undefined)).rejects.toMatchObject({ name: "WebGpuUnavailableError" });
    const empty = { requestAdapter: async () => null } as unknown as GPU;
    await expect(openGpu(empty)).rejects.toMatchObject({ name: "WebGpuUnavailableError" });
  });

  it("leaves features and larger limits out when asked", async () => {
    const all = await openTestGpu();
    expect(all.has("subgroups")).toBe(true);
    expect(all.subgroupMinSize).toBeGreaterThanOrEqual(4);
    const bare = await openTestGpu({ withoutFeatures: ["subgroups", "shader-f16"], defaultLimits: true });
    expect(bare.has("subgroups")).toBe(false);
    expect(bare.subgroupMinSize).toBe(0);
    expect(bare.limits.maxStorageBufferBindingSize).toBe(128 * 2 ** 20);
    expect(bare.limits.maxComputeWorkgroupStorageSize).toBe(16384);
    expect(bare.describe()).toMatchObject({ isSoftware: true, limits: { maxBufferSize: 256 * 2 ** 20 } });
  });
});

describe("buffers", () => {
  it("are counted in steps of 16 bytes, and freed", async () => {
    const gpu = await openTestGpu();
    const before = gpu.allocatedBytes;
    const buffer = gpu.createBuffer("small", 17, GPU_BUFFER_USAGE.STORAGE);
    expect(buffer.size).toBe(32);
    expect(gpu.allocatedBytes - before).toBe(32);
    gpu.destroyBuffer(buffer);
    expect(gpu.allocatedBytes).toBe(before);
  });

  it("are refused beyond the device's limit, with the name of what needs them", async () => {
    const gpu = await openTestGpu({ defaultLimits: true });
    const before = gpu.allocatedBytes;
    const attempt = (): GPUBuffer => gpu.createBuffer("layer 0 keys", 256 * 2 ** 20 + 16, GPU_BUFFER_USAGE.STORAGE);
    expect(attempt).toThrow(
      expect.objectContaining({ name: "OutOfMemoryError", message: expect.stringContaining("layer 0 keys") }),
    );
    expect(gpu.allocatedBytes).toBe(before);
  });

  it("give back what was written", async () => {
    const gpu = await openTestGpu();
    const { STORAGE, COPY_SRC, COPY_DST } = GPU_BUFFER_USAGE;
    const buffer = gpu.createBuffer("data", 32, STORAGE | COPY_SRC | COPY_DST);
    gpu.device.queue.writeBuffer(
      buffer,
      0,
      Uint8Array.from({ length: 32 }, (_, i) => i),
    );
    expect([...new Uint8Array(await readBuffer(gpu, buffer, 8, 5))]).toEqual([8, 9, 10, 11, 12]);
    expect(gpu.allocatedBytes).toBe(32);
  });
});

describe("a device that fails", () => {
  it("says DeviceLostError once it is lost", async () => {
    const gpu = await openTestGpu();
    expect(gpu.isLost).toBe(false);
    gpu.device.destroy();
    await gpu.device.lost;
    expect(gpu.isLost).toBe(true);
    expect(() => gpu.assertAlive()).toThrow(expect.objectContaining({ name: "DeviceLostError" }));
    expect(() => gpu.createBuffer("late", 16, GPU_BUFFER_USAGE.STORAGE)).toThrow(/lost/);
  });

  it("says GpuProgramError once after a call that fails validation", async () => {
    const gpu = await openTestGpu();
    const { STORAGE } = GPU_BUFFER_USAGE;
    const buffer = gpu.createBuffer("not writable", 16, STORAGE);
    gpu.device.queue.writeBuffer(buffer, 0, new Uint32Array(1));
    await gpu.device.queue.onSubmittedWorkDone();
    // The event comes in a later turn of the loop.
    let said: unknown;
    await until(() => {
      try {
        gpu.assertAlive();
      } catch (error) {
        said = error;
      }
      return said !== undefined;
    });
    expect(said).toMatchObject({ name: "GpuProgramError" });
    expect(() => gpu.assertAlive()).not.toThrow();
  });
});

describe("grid", () => {
  it.each([0, 1, 65535, 65536, 65537, 151936, 10_000_019])("%d workgroups fit", (count) => {
    const [x, y, z] = grid(count);
    expect(x).toBeLessThanOrEqual(65535);
    expect(y).toBeLessThanOrEqual(65535);
    expect(x).toBeGreaterThan(0);
    expect(z).toBe(1);
    expect(x * y).toBeGreaterThanOrEqual(count);
    // Little is wasted: less than one row of the grid.
    expect(x * y - count).toBeLessThanOrEqual(Math.max(1, y));
  });
});
