/** Buffers that live and die together: a model's weights, a session's cache. */
import { GPU_BUFFER_USAGE, type Gpu } from "./device";

const { STORAGE, UNIFORM, COPY_SRC, COPY_DST, MAP_READ } = GPU_BUFFER_USAGE;

export class BufferScope {
  private readonly buffers: GPUBuffer[] = [];

  constructor(readonly gpu: Gpu) {}

  /** Read and written by kernels, by copies in both directions. */
  storage(label: string, sizeBytes: number): GPUBuffer {
    return this.add(label, sizeBytes, STORAGE | COPY_SRC | COPY_DST);
  }

  /** Storage that other kernels read as a uniform. */
  uniform(label: string, sizeBytes: number): GPUBuffer {
    return this.add(label, sizeBytes, STORAGE | UNIFORM | COPY_SRC | COPY_DST);
  }

  staging(label: string, sizeBytes: number): GPUBuffer {
    return this.add(label, sizeBytes, MAP_READ | COPY_DST);
  }

  storageFrom(label: string, data: Float32Array | Uint32Array): GPUBuffer {
    const buffer = this.storage(label, data.byteLength);
    this.gpu.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    return buffer;
  }

  get sizeBytes(): number {
    return this.buffers.reduce((sum, buffer) => sum + buffer.size, 0);
  }

  destroy(): void {
    for (const buffer of this.buffers.splice(0)) this.gpu.destroyBuffer(buffer);
  }

  private add(label: string, sizeBytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.gpu.createBuffer(label, sizeBytes, usage);
    this.buffers.push(buffer);
    return buffer;
  }
}
