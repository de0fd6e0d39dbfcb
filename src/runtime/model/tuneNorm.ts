/** Times the layouts of the norm at load: whether subgroups pay off differs from GPU to GPU. */
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { normRows } from "../kernels/norm";
import { BARRIER_FREE, type Layout } from "../kernels/variants";
import { paddedStride } from "../kernels/weightMatrix";
import { fastestLayout, type TunedLayout } from "./fastestLayout";
import { fastestRound } from "./fastestRound";
import type { Linear } from "./weights";

/** Tokens of the prompt that is timed. */
const TOKENS = 128;

export function normCandidates(gpu: Gpu): Layout[] {
  const groups = [64, 256].filter((workgroup) => workgroup <= gpu.limits.maxComputeInvocationsPerWorkgroup);
  const lanes = Math.min(32, gpu.subgroupMinSize);
  return [
    BARRIER_FREE,
    ...groups.map((workgroup): Layout => ({ variant: "workgroup", workgroup, lanes: workgroup })),
    ...groups.flatMap((workgroup): Layout[] => (lanes > 1 ? [{ variant: "subgroup", workgroup, lanes }] : [])),
  ];
}

/** @param linear a matrix whose input is normed; others have nothing to time */
export async function tuneNorm(gpu: Gpu, linear: Linear, candidates: readonly Layout[]): Promise<TunedLayout> {
  const { columns } = linear.matrix;
  const scope = new BufferScope(gpu);
  try {
    const bytes = TOKENS * paddedStride(columns) * 4;
    const x = scope.storage("tuning input", bytes);
    const y = scope.storage("tuning output", bytes);
    const step = scope.uniform("tuning step", 16);
    gpu.device.queue.writeBuffer(step, 0, Uint32Array.of(0, TOKENS));
    return await fastestLayout(candidates, async (layout) => {
      const request = { label: "tuning", vectors: linear.vectors, columns, step, x, y, lastRowOnly: false, layout };
      return fastestRound(gpu, [await normRows(gpu, request)], TOKENS);
    });
  } finally {
    scope.destroy();
  }
}
