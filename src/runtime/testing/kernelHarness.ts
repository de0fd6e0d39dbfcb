/** Runs prepared kernels on plain arrays: what every kernel test does around its kernel. */
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu, GpuOptions } from "../gpu/device";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { readBuffer, readFloats } from "../gpu/readback";
import { BARRIER_FREE, type Layout } from "../kernels/variants";
import { openNodeGpu, type SoftwareDriver } from "./nodeGpu";

/** Software driver of this process: VITRINE_DRIVER, else SwiftShader. The Vulkan loader keeps to one per process. */
export function testDriver(): SoftwareDriver | "native" {
  const name = process.env.VITRINE_DRIVER ?? "swiftshader";
  if (name !== "swiftshader" && name !== "lavapipe" && name !== "native") throw new Error(`No driver "${name}"`);
  return name;
}

export function openTestGpu(options: GpuOptions = {}): Promise<Gpu> {
  return openNodeGpu(testDriver(), options);
}

/** Each way rows are reduced that this device can. */
export function testLayouts(gpu: Gpu): Layout[] {
  const subgroup = gpu.subgroupMinSize;
  return [
    BARRIER_FREE,
    { variant: "workgroup", workgroup: 64, lanes: 16 },
    ...(subgroup > 0 ? [{ variant: "subgroup", workgroup: 64, lanes: Math.min(32, subgroup) } as const] : []),
  ];
}

/** One row for a whole workgroup, and one thread of a workgroup for each row. Slow to compile: for few sizes. */
export const EXTREME_LAYOUTS: readonly Layout[] = [
  { variant: "workgroup", workgroup: 256, lanes: 256 },
  { variant: "workgroup", workgroup: 64, lanes: 1 },
];

export function describeLayout({ variant, workgroup, lanes }: Layout): string {
  return `${variant} ${lanes}/${workgroup}`;
}

export class KernelHarness {
  readonly scope: BufferScope;

  constructor(readonly gpu: Gpu) {
    this.scope = new BufferScope(gpu);
  }

  /** Position and rows as `lib/step.wgsl` has them; kernels read it as a uniform. */
  step(position: number, count: number): GPUBuffer {
    const buffer = this.scope.uniform("step", 16);
    this.gpu.device.queue.writeBuffer(buffer, 0, Uint32Array.of(position, count, 0, 0));
    return buffer;
  }

  buffer(data: Float32Array | Uint32Array): GPUBuffer {
    return this.scope.storageFrom("test data", data);
  }

  uniform(data: ArrayBuffer): GPUBuffer {
    const buffer = this.scope.uniform("test uniform", data.byteLength);
    this.gpu.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  /** Every element holds `value`: what a kernel must not touch is found again afterwards. */
  filled(length: number, value: number): GPUBuffer {
    return this.buffer(new Float32Array(length).fill(value));
  }

  /** @param length tokens in the cache after the step */
  run(dispatches: readonly Dispatch[], rows = 1, length = rows): void {
    const encoder = this.gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const dispatch of dispatches) encodeDispatch(pass, dispatch, rows, length);
    pass.end();
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  floats(buffer: GPUBuffer, count = buffer.size / 4): Promise<Float32Array> {
    return readFloats(this.gpu, buffer, 0, count);
  }

  bytes(buffer: GPUBuffer, count = buffer.size): Promise<ArrayBuffer> {
    return readBuffer(this.gpu, buffer, 0, count);
  }

  /** Frees what was made so far. */
  clear(): void {
    this.scope.destroy();
  }
}

/** Rows of `columns` values, each followed by zeros up to `stride`. */
export function padRows(values: ArrayLike<number>, rows: number, columns: number, stride: number): Float32Array {
  const padded = new Float32Array(rows * stride);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) padded[r * stride + c] = values[r * columns + c] as number;
  }
  return padded;
}

/** The first `columns` of each row of `stride`. */
export function unpadRows(values: ArrayLike<number>, rows: number, columns: number, stride: number): Float32Array {
  const plain = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) plain[r * columns + c] = values[r * stride + c] as number;
  }
  return plain;
}
