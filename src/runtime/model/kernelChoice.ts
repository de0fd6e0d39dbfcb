/** Which variant of each kernel runs on this device, and why. */
import type { KernelVariant } from "../../shared/protocol";
import type { Gpu } from "../gpu/device";
import type { AttentionVariant } from "../kernels/attention";
import type { MatmulVariant } from "../kernels/matmul";
import type { SampleVariant } from "../kernels/sample";
import { BARRIER_FREE, type Layout } from "../kernels/variants";
import { describe } from "./fastestLayout";
import { tuneMatmul } from "./tuneMatmul";
import { matvecCandidates, tuneMatvec } from "./tuneMatvec";
import { normCandidates, tuneNorm } from "./tuneNorm";
import type { Linear } from "./weights";

export interface KernelChoice {
  readonly matvec: Layout;
  readonly norm: Layout;
  readonly matmul: MatmulVariant;
  readonly attention: AttentionVariant;
  readonly sample: SampleVariant;
  readonly reason: string;
  /** Why `matvec` is what it is, when it was timed. */
  readonly matvecReason?: string;
  /** Likewise for `norm`. */
  readonly normReason?: string;
  /** Likewise for `matmul`. */
  readonly matmulReason?: string;
}

/** Everything one thread per result. */
export function barrierFreeChoice(reason: string): KernelChoice {
  return {
    matvec: BARRIER_FREE,
    norm: BARRIER_FREE,
    matmul: "register",
    attention: "serial",
    sample: "serial",
    reason,
  };
}

export function workgroupChoice(reason: string): KernelChoice {
  return {
    matvec: { variant: "workgroup", workgroup: 64, lanes: 16 },
    norm: { variant: "workgroup", workgroup: 256, lanes: 256 },
    matmul: "tiled",
    attention: "workgroup",
    sample: "workgroup",
    reason,
  };
}

/** Reductions in subgroups of the smallest size the adapter makes. */
export function subgroupChoice(gpu: Gpu, reason: string): KernelChoice {
  const lanes = Math.min(32, gpu.subgroupMinSize);
  return {
    ...workgroupChoice(reason),
    matvec: { variant: "subgroup", workgroup: 64, lanes },
    norm: { variant: "subgroup", workgroup: 64, lanes },
  };
}

/**
 * Matrices and norms, where nearly all adding is done, in another order: what changes with them is rounding. Software
 * adapters stay without barriers and change matrices only.
 */
export function otherChoice(choice: KernelChoice): KernelChoice {
  const reason = "a second opinion";
  if (choice.matmul === "register") return { ...choice, matmul: "register_lanes", reason };
  const { norm, matmul } = barrierFreeChoice(reason);
  return { ...choice, norm, matmul, reason };
}

/** @param forced "auto" lets the device decide */
export function chooseKernels(gpu: Gpu, forced: KernelVariant): KernelChoice {
  switch (forced) {
    case "barrier_free":
      return barrierFreeChoice("forced");
    case "workgroup":
      return workgroupChoice("forced");
    case "subgroup":
      return gpu.has("subgroups")
        ? subgroupChoice(gpu, "forced")
        : workgroupChoice("subgroups forced, but this device has none");
    case "f16":
      return gpu.has("shader-f16")
        ? { ...gpuChoice(gpu, "forced"), matmul: "tiled_f16" }
        : gpuChoice(gpu, "f16 forced, but this device has no shader-f16");
    case "auto":
      if (gpu.isSoftware) return barrierFreeChoice("software adapter: barriers are slow");
      return gpuChoice(gpu, gpu.has("subgroups") ? "device has subgroups" : "no subgroups");
  }
}

function gpuChoice(gpu: Gpu, reason: string): KernelChoice {
  return gpu.has("subgroups") ? subgroupChoice(gpu, reason) : workgroupChoice(reason);
}

/** Times matvec, matmul and norm on GPUs; on software adapters, and where a variant is forced, the rule above is enough. */
export async function tuneKernels(
  gpu: Gpu,
  forced: KernelVariant,
  choice: KernelChoice,
  linears: readonly Linear[],
): Promise<KernelChoice> {
  if (forced !== "auto" || gpu.isSoftware) return choice;
  const { layout, reason } = await tuneMatvec(gpu, linears, matvecCandidates(gpu));
  const matmul = await tuneMatmul(gpu, linears);
  const normed = linears.find(({ vectors }) => vectors.norm !== null);
  const norm = normed && (await tuneNorm(gpu, normed, normCandidates(gpu)));
  return {
    ...choice,
    ...(norm && { norm: norm.layout, normReason: norm.reason }),
    matvec: layout,
    matvecReason: reason,
    matmul: matmul.variant,
    matmulReason: matmul.reason,
  };
}

function describeMatmul(variant: MatmulVariant): string {
  return {
    tiled: "tiled",
    tiled_f16: "tiled, weights rounded to f16 in tiles",
    register: "register",
    register_lanes: "register, products added by lanes",
  }[variant];
}

/** For people: operation, variant, why. */
export function describeChoice(choice: KernelChoice): { operation: string; variant: string; reason: string }[] {
  const { reason } = choice;
  return [
    { operation: "Matrix x vector", variant: describe(choice.matvec), reason: choice.matvecReason ?? reason },
    { operation: "Matrix x matrix", variant: describeMatmul(choice.matmul), reason: choice.matmulReason ?? reason },
    { operation: "Norm", variant: describe(choice.norm), reason: choice.normReason ?? reason },
    { operation: "Attention", variant: choice.attention, reason },
    { operation: "Sampling", variant: choice.sample, reason },
  ];
}
