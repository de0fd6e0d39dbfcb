/** One prepared kernel call: pipeline and bind group are made once, encoding costs one call each. */
import type { Gpu } from "./device";
import type { KernelConstants, KernelSource } from "./pipelines";

export type Workgroups = readonly [x: number, y: number, z: number];

export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: WorkgroupsFor;
}

/** Workgroups for a step over `rows` tokens after which the cache holds `length`. */
export type WorkgroupsFor = (rows: number, length: number) => Workgroups;

/** A whole buffer, or a range of it (offset a multiple of 256). Null leaves the slot empty. */
export type Binding = GPUBuffer | { buffer: GPUBuffer; offset: number; size: number } | null;

export interface DispatchRequest {
  readonly source: KernelSource;
  readonly constants: KernelConstants;
  readonly bindings: readonly Binding[];
  readonly workgroups: WorkgroupsFor;
  /** What it is for, e.g. "layer 3 down". */
  readonly label: string;
}

export async function prepareDispatch(gpu: Gpu, request: DispatchRequest): Promise<Dispatch> {
  const { source, label } = request;
  const { pipeline, layout } = await gpu.pipelines.get(source, request.constants);
  const entries = request.bindings.map((binding, index) => ({ binding: index, resource: asResource(gpu, binding) }));
  const bindGroup = gpu.device.createBindGroup({ label: `${label}: ${source.name}`, layout, entries });
  return { label: `${label}: ${source.name}`, pipeline, bindGroup, workgroups: request.workgroups };
}

function asResource(gpu: Gpu, binding: Binding): GPUBufferBinding {
  if (binding === null) return { buffer: gpu.emptyBuffer };
  return "buffer" in binding ? binding : { buffer: binding };
}

/** @param length tokens in the cache after the step; only kernels that spread over the cache read it */
export function encodeDispatch(pass: GPUComputePassEncoder, dispatch: Dispatch, rows: number, length = rows): void {
  const [x, y, z] = dispatch.workgroups(rows, length);
  pass.setPipeline(dispatch.pipeline);
  pass.setBindGroup(0, dispatch.bindGroup);
  pass.dispatchWorkgroups(x, y, z);
}

/** Runs them one after another over the same rows, in one submit. */
export function submitDispatches(gpu: Gpu, label: string, dispatches: readonly Dispatch[], rows: number): void {
  const encoder = gpu.device.createCommandEncoder({ label });
  const pass = encoder.beginComputePass();
  for (const dispatch of dispatches) encodeDispatch(pass, dispatch, rows);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
}

/** At most 65,535 workgroups fit in one dimension: larger counts go on in y, and shaders read `num_workgroups`. */
export function grid(count: number, z = 1): Workgroups {
  const MAX = 65535;
  if (count <= MAX) return [Math.max(1, count), 1, z];
  const y = Math.ceil(count / MAX);
  return [Math.ceil(count / y), y, z];
}
