/** Keys and values of every layer, [K, capacity, D] each, and the sizes people ask about. */
import { VitrineError } from "../../shared/errors";
import {
  BINDING_ALIGNMENT,
  defaultCapacity as capacityFor,
  KV_BYTES,
  kvBytesPerToken,
  kvLayerBytesPerToken,
  kvLayersOf,
} from "../../shared/memory";
import type { ModelSpec } from "../../shared/modelSpec";
import type { KvPrecision } from "../../shared/protocol";
import type { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";

/** One buffer a layer, so that one binding reaches keys and values: [K, capacity, D] each, values second. */
export interface LayerCache {
  readonly buffer: GPUBuffer;
  readonly keys: { readonly buffer: GPUBuffer; readonly offset: number; readonly size: number };
  readonly values: { readonly buffer: GPUBuffer; readonly offset: number; readonly size: number };
  /** Elements before the values: those of the keys, up to the next possible binding offset. */
  readonly valuesOffset: number;
}

/** The longest cache, at most the model's context, that suits the device. */
export function defaultCapacity(gpu: Gpu, spec: ModelSpec, precision: KvPrecision): number {
  return capacityFor(spec, precision, Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize));
}

/** @throws InvalidSettingError, OutOfMemoryError naming the longest cache that fits this device's buffers */
export function checkCapacity(gpu: Gpu, spec: ModelSpec, capacity: number, precision: KvPrecision): void {
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new VitrineError("InvalidSettingError", `Cache capacity ${capacity} is not a positive whole number.`);
  }
  if (spec.embedding.learnedPositions && capacity > spec.contextLength) {
    throw new VitrineError(
      "InvalidSettingError",
      `Cache capacity ${capacity} is beyond the ${spec.contextLength} positions this model has learned.`,
    );
  }
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const bytes = Math.max(...spec.blocks.map((block) => kvLayerBytesPerToken(block.attention, KV_BYTES[precision])));
  const longest = Math.floor((Math.min(maxStorageBufferBindingSize, maxBufferSize) - BINDING_ALIGNMENT) / bytes);
  if (capacity <= longest) return;
  throw new VitrineError(
    "OutOfMemoryError",
    `A context of ${capacity} tokens needs ${capacity * bytes} bytes in one buffer for each layer; on this device it can hold ${longest} tokens. Choose a smaller context.`,
  );
}

export class KvCache {
  readonly layers: readonly LayerCache[];

  constructor(
    scope: BufferScope,
    readonly spec: ModelSpec,
    readonly capacity: number,
    readonly precision: KvPrecision,
  ) {
    this.layers = spec.blocks.map((block, index) => {
      const size = (kvLayerBytesPerToken(block.attention, KV_BYTES[precision]) / 2) * capacity;
      const offset = Math.ceil(size / BINDING_ALIGNMENT) * BINDING_ALIGNMENT;
      const buffer = scope.storage(`layer ${index} keys and values`, offset + size);
      return {
        buffer,
        keys: { buffer, offset: 0, size },
        values: { buffer, offset, size },
        valuesOffset: offset / KV_BYTES[precision],
      };
    });
  }

  get bytesPerToken(): number {
    return kvBytesPerToken(kvLayersOf(this.spec), KV_BYTES[this.precision]);
  }

  get sizeBytes(): number {
    return this.bytesPerToken * this.capacity;
  }

  /** All of another cache of the same shape, in one submit. */
  copyFrom(gpu: Gpu, other: KvCache): void {
    const encoder = gpu.device.createCommandEncoder({ label: "fork cache" });
    this.layers.forEach((layer, index) => {
      const from = other.layers[index] as LayerCache;
      encoder.copyBufferToBuffer(from.buffer, 0, layer.buffer, 0, from.buffer.size);
    });
    gpu.device.queue.submit([encoder.finish()]);
  }
}
