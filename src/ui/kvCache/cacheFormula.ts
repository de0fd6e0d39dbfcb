import { KV_BYTES } from "../../shared/memory";
import type { ModelSpec } from "../../shared/modelSpec";
import type { SessionReport } from "../../shared/protocol";
import { formatBytes, formatCount } from "../../shared/units";

/** Where the cache's size comes from, with the real numbers; layers that differ are summed up. */
export function cacheFormula({ blocks }: ModelSpec, session: SessionReport): string {
  const first = blocks[0]?.attention;
  const tokens = `${formatCount(session.capacity)} tokens = ${formatBytes(session.cacheBytes)}`;
  const isUniform = blocks.every(
    ({ attention }) => attention.numKvHeads === first?.numKvHeads && attention.headDim === first.headDim,
  );
  if (first === undefined || !isUniform) return `${formatBytes(session.bytesPerToken)} per token × ${tokens}`;
  const layers = `2 × ${blocks.length} layers`;
  const heads = `${first.numKvHeads} kv heads × head dim ${first.headDim}`;
  return `${layers} × ${heads} × ${KV_BYTES[session.kvPrecision]} bytes × ${tokens}`;
}
