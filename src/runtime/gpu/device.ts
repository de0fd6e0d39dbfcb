/** Opens a WebGPU device with everything the adapter offers, and keeps count of the bytes held on it. */
import { VitrineError } from "../../shared/errors";
import type { DeviceReport } from "../../shared/protocol";
import { PipelineCache } from "./pipelines";

export interface GpuOptions {
  /** Leave these features out although the adapter has them: how tests force the fallbacks. */
  readonly withoutFeatures?: readonly GPUFeatureName[];
  /** Ask for the limits every WebGPU device has instead of the adapter's own: 128 MiB bindings, 16 KiB workgroups. */
  readonly defaultLimits?: boolean;
  /** Timestamp queries cost speed on some drivers, so they are only there when profiling. */
  readonly profile?: boolean;
}

const WANTED_FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups"];
const SOFTWARE_ADAPTERS = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** One device and what hangs on its lifetime. Passed into everything that computes; nothing is global. */
export class Gpu {
  readonly pipelines: PipelineCache;
  /** Bound where a kernel has a slot that this use leaves empty. */
  readonly emptyBuffer: GPUBuffer;
  private allocated = 0;
  private highest = 0;
  private lostReason: string | null = null;
  private programErrors: string[] = [];

  constructor(
    readonly device: GPUDevice,
    readonly info: GPUAdapterInfo,
    readonly isSoftware: boolean,
  ) {
    this.pipelines = new PipelineCache(device);
    this.emptyBuffer = device.createBuffer({
      label: "empty",
      size: 256,
      usage: GPU_BUFFER_USAGE.STORAGE | GPU_BUFFER_USAGE.UNIFORM,
    });
    device.lost.then((lost) => {
      this.lostReason = lost.message.replace(/\.$/, "") || lost.reason || "unknown reason";
    });
    device.addEventListener?.("uncapturederror", (event) => {
      this.programErrors.push((event as GPUUncapturedErrorEvent).error.message);
    });
  }

  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  /** Bytes of all buffers created through `createBuffer` and not yet destroyed. */
  get allocatedBytes(): number {
    return this.allocated;
  }

  /** The most that `allocatedBytes` was since `markHighest`. */
  get highestBytes(): number {
    return this.highest;
  }

  markHighest(): void {
    this.highest = this.allocated;
  }

  get isLost(): boolean {
    return this.lostReason !== null;
  }

  has(feature: GPUFeatureName): boolean {
    return this.device.features.has(feature);
  }

  /** Smallest number of threads that may run as one subgroup here; 0 without subgroups. */
  get subgroupMinSize(): number {
    return this.has("subgroups") ? (this.info.subgroupMinSize ?? 4) : 0;
  }

  /** Size is rounded up to 16 bytes. @throws OutOfMemoryError over the device's buffer limit */
  createBuffer(label: string, sizeBytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    this.assertAlive();
    const size = Math.max(16, Math.ceil(sizeBytes / 16) * 16);
    if (size > this.limits.maxBufferSize) {
      throw new VitrineError(
        "OutOfMemoryError",
        `"${label}" needs ${size} bytes in one buffer; this GPU allows ${this.limits.maxBufferSize}. Choose a smaller context or a smaller model.`,
      );
    }
    const buffer = this.device.createBuffer({ label, size, usage });
    this.allocated += size;
    this.highest = Math.max(this.highest, this.allocated);
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    this.allocated -= buffer.size;
    buffer.destroy();
  }

  /** @throws DeviceLostError once the GPU has gone away, GpuProgramError after a validation error */
  assertAlive(): void {
    if (this.lostReason !== null) {
      throw new VitrineError(
        "DeviceLostError",
        `The GPU device was lost (${this.lostReason}). Reload the model to go on; the conversation is kept.`,
      );
    }
    const [first] = this.programErrors;
    if (first !== undefined) {
      this.programErrors = [];
      const memory = /out of memory|allocat/i.test(first);
      throw new VitrineError(
        memory ? "OutOfMemoryError" : "GpuProgramError",
        memory ? `The GPU is out of memory: ${first}. Choose a smaller model, level or context.` : first,
      );
    }
  }

  describe(): DeviceReport {
    const { limits } = this;
    return {
      adapter: {
        vendor: this.info.vendor,
        architecture: this.info.architecture,
        device: this.info.device,
        description: this.info.description,
      },
      isSoftware: this.isSoftware,
      features: [...this.device.features].sort(),
      limits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      },
    };
  }
}

/** `GPUBufferUsage` is a global only in browsers; the numbers are fixed by the WebGPU specification. */
export const GPU_BUFFER_USAGE = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  UNIFORM: 0x40,
  STORAGE: 0x80,
  QUERY_RESOLVE: 0x200,
} as const;

/** Likewise for `GPUTextureUsage`. */
export const GPU_TEXTURE_USAGE = { COPY_SRC: 0x1, COPY_DST: 0x2, RENDER_ATTACHMENT: 0x10 } as const;

export const GPU_MAP_READ = 0x1;

/**
 * @throws WebGpuUnavailableError when there is no adapter
 */
export async function openGpu(gpu: GPU | undefined, options: GpuOptions = {}): Promise<Gpu> {
  if (gpu === undefined) {
    throw new VitrineError("WebGpuUnavailableError", "This browser does not offer WebGPU.");
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new VitrineError("WebGpuUnavailableError", "WebGPU is there, but it offers no graphics adapter.");
  }
  const without = new Set<string>(options.withoutFeatures ?? []);
  const wanted = options.profile === true ? [...WANTED_FEATURES, "timestamp-query" as const] : WANTED_FEATURES;
  const requiredFeatures = wanted.filter((name) => adapter.features.has(name) && !without.has(name));
  const limits = adapter.limits;
  const requiredLimits: Record<string, number> =
    options.defaultLimits === true
      ? {}
      : {
          maxBufferSize: limits.maxBufferSize,
          maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
          maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
          maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
          maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        };
  const device = await adapter.requestDevice({ label: "vitrine", requiredFeatures, requiredLimits });
  const info = adapter.info;
  const names = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  const isSoftware = info.isFallbackAdapter === true || SOFTWARE_ADAPTERS.test(names);
  return new Gpu(device, info, isSoftware);
}
