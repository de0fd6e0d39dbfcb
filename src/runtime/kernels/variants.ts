/**
 * The ways a kernel can be laid out. `barrier_free`: one thread per result, for software adapters where a barrier is
 * dear. `workgroup`: threads share a result through workgroup memory. `subgroup`: through subgroup shuffles.
 */

import lanesNone from "../../../shaders/lib/lanes_none.wgsl?raw";
import lanesSubgroup from "../../../shaders/lib/lanes_subgroup.wgsl?raw";
import lanesWorkgroup from "../../../shaders/lib/lanes_workgroup.wgsl?raw";
import type { KernelSource } from "../gpu/pipelines";

export type Variant = "workgroup" | "subgroup" | "barrier_free";

/** How many threads work together on one row, and how many there are in a workgroup. */
export interface Layout {
  readonly variant: Variant;
  readonly workgroup: number;
  /** Power of two that divides `workgroup`; 1 when barrier-free; at most the smallest subgroup when `subgroup`. */
  readonly lanes: number;
}

export const BARRIER_FREE: Layout = { variant: "barrier_free", workgroup: 64, lanes: 1 };

export function lanesShader(variant: Variant): string {
  return { barrier_free: lanesNone, workgroup: lanesWorkgroup, subgroup: lanesSubgroup }[variant];
}

export function lanesEnables(variant: Variant): Pick<KernelSource, "enables"> {
  return variant === "subgroup" ? { enables: ["subgroups"] } : {};
}
