/**
 * What is kept beside the cache while inspection is on: rotated queries of every layer, from which any head's rows can
 * be computed again. Fused attention keeps no weights, and all maps would be T / D times as large.
 */
import { VitrineError } from "../../shared/errors";
import type { AttentionSpec, ModelSpec, PositionSpec } from "../../shared/modelSpec";
import type { BufferScope } from "../gpu/bufferScope";
import { keepQueries, keptQueriesBytes } from "../kernels/keepQueries";
import type { Forward, ForwardLists } from "./forward";
import type { KvCache } from "./kvCache";

/**
 * What kernels/attentionOverview.ts and attentionTile.ts compute again as the fused kernels do (false: not). A field
 * that is not listed does not compile, so that nobody sees scores without it.
 */
const COVERED: Readonly<Record<keyof AttentionSpec, boolean>> = {
  numHeads: true,
  numKvHeads: true,
  headDim: true,
  scale: true,
  qkNorm: true,
  causal: true,
  slidingWindow: true,
};
const COVERED_POSITIONS: Readonly<Record<PositionSpec["kind"], boolean>> = { none: true, rope: true };

/** @param causal false: a tower's blocks @throws UnsupportedModelError naming what cannot be computed again */
export function checkInspectable({ blocks }: Pick<ModelSpec, "blocks">, causal = true): void {
  for (const { attention, position } of blocks) {
    const fields = (Object.keys(COVERED) as (keyof AttentionSpec)[]).filter((name) => attention[name] !== null);
    const missing = [
      ...fields.filter((name) => !COVERED[name]),
      ...(COVERED_POSITIONS[position.kind] ? [] : [`positions of kind ${position.kind}`]),
      ...(attention.causal === causal ? [] : [`attention that is ${causal ? "not " : ""}causal`]),
    ];
    if (missing.length > 0) {
      throw new VitrineError(
        "UnsupportedModelError",
        `Attention of this model cannot be shown: ${missing.join(", ")}.`,
      );
    }
  }
}

export interface QueryCapture {
  /** One buffer a layer: [capacity, H, D], stored as the cache stores keys. */
  readonly queries: readonly GPUBuffer[];
  /** To be submitted instead of the forward pass's own. */
  readonly lists: ForwardLists;
}

/** @throws UnsupportedModelError, OutOfMemoryError */
export async function captureQueries(scope: BufferScope, cache: KvCache, forward: Forward): Promise<QueryCapture> {
  checkInspectable(cache.spec);
  const { capacity, precision, spec } = cache;
  const { step, queries: fresh } = forward.buffers;
  const queries = spec.blocks.map(({ attention }, index) =>
    scope.storage(`layer ${index} kept queries`, keptQueriesBytes(attention, capacity, precision)),
  );
  const keeping = spec.blocks.map(({ attention }, index) => {
    const kept = queries[index] as GPUBuffer;
    const label = `layer ${index}`;
    return keepQueries(scope.gpu, { label, attention, step, queries: fresh, kept, capacity, precision });
  });
  return { queries, lists: forward.watched(await Promise.all(keeping)) };
}
