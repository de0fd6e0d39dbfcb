/** Times matvec layouts on the model's own matrices at load: which is fastest differs from GPU to GPU. */
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { matvec } from "../kernels/matvec";
import { BARRIER_FREE, type Layout } from "../kernels/variants";
import { paddedStride } from "../kernels/weightMatrix";
import { fastestLayout, type TunedLayout } from "./fastestLayout";
import { fastestRound } from "./fastestRound";
import type { Linear } from "./weights";

/** Layouts worth trying on this device. */
export function matvecCandidates(gpu: Gpu): Layout[] {
  const candidates: Layout[] = [BARRIER_FREE];
  for (const workgroup of [64, 128, 256]) {
    if (workgroup > gpu.limits.maxComputeInvocationsPerWorkgroup) continue;
    for (const lanes of [4, 8, 16, 32]) candidates.push({ variant: "workgroup", workgroup, lanes });
    for (const lanes of [4, 8, 16, 32]) {
      if (lanes <= gpu.subgroupMinSize) candidates.push({ variant: "subgroup", workgroup, lanes });
    }
  }
  return candidates;
}

/** @param linears typical matrices, e.g. those of one block */
export async function tuneMatvec(
  gpu: Gpu,
  linears: readonly Linear[],
  candidates: readonly Layout[],
): Promise<TunedLayout> {
  const scope = new BufferScope(gpu);
  try {
    const widest = Math.max(...linears.map(({ matrix }) => Math.max(matrix.rows, matrix.columns)));
    const x = scope.storage("tuning input", paddedStride(widest) * 4);
    const y = scope.storage("tuning output", paddedStride(widest) * 4);
    return await fastestLayout(candidates, async (layout) => {
      const lists = await Promise.all(
        linears.map((linear) =>
          matvec(gpu, { label: "tuning", ...linear, x, y, epilogue: "store", activation: null, layout }),
        ),
      );
      return fastestRound(gpu, lists.flat(), 1);
    });
  } finally {
    scope.destroy();
  }
}
