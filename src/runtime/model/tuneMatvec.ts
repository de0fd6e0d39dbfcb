/** Times matvec layouts on the model's own matrices at load: which is fastest differs from GPU to GPU. */
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { matvec } from "../kernels/matvec";
import { BARRIER_FREE, type Layout } from "../kernels/variants";
import { paddedStride } from "../kernels/weightMatrix";
import type { Linear } from "./weights";

export interface TunedLayout {
  readonly layout: Layout;
  /** For people: how it was chosen. */
  readonly reason: string;
}

/** Runs of one candidate that are submitted together, so that a submit's own cost does not count. */
const REPEATS = 8;
const ROUNDS = 3;

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
    const timed: { layout: Layout; ms: number }[] = [];
    for (const layout of candidates) {
      const lists = await Promise.all(
        linears.map((linear) =>
          matvec(gpu, { label: "tuning", ...linear, x, y, epilogue: "store", activation: null, layout }),
        ),
      );
      timed.push({ layout, ms: await fastestRound(gpu, lists.flat()) });
    }
    timed.sort((a, b) => a.ms - b.ms);
    const [best, second] = timed;
    if (best === undefined) return { layout: BARRIER_FREE, reason: "nothing to choose from" };
    const against =
      second === undefined ? "" : `, next ${describe(second.layout)} ${(second.ms / best.ms).toFixed(2)} x`;
    return { layout: best.layout, reason: `fastest of ${timed.length} timed at load${against}` };
  } finally {
    scope.destroy();
  }
}

async function fastestRound(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  // The first round also pays for compilation that drivers put off; the minimum leaves it out.
  for (let round = 0; round < ROUNDS; round++) {
    const encoder = gpu.device.createCommandEncoder({ label: "tuning" });
    const pass = encoder.beginComputePass();
    for (let i = 0; i < REPEATS; i++) for (const dispatch of dispatches) encodeDispatch(pass, dispatch, 1);
    pass.end();
    const started = performance.now();
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.device.queue.onSubmittedWorkDone();
    fastest = Math.min(fastest, performance.now() - started);
  }
  return fastest;
}

export function describe({ variant, workgroup, lanes }: Layout): string {
  return variant === "barrier_free" ? "barrier-free" : `${variant}, ${lanes} threads a row, ${workgroup} a group`;
}
