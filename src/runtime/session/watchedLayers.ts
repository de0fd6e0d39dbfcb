/** The kernels that look at a cache's layers and the buffers they share. */
import type { AttentionSpec } from "../../shared/modelSpec";
import type { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import type { Dispatch } from "../gpu/dispatch";
import {
  attentionOverview,
  type KeptAttention,
  overviewFold,
  SCAN_BYTES,
  stateBytes,
} from "../kernels/attentionOverview";
import { attentionRollout, ROLLOUT_BYTES } from "../kernels/attentionRollout";
import { attentionTile, EDGES_BYTES, TILE_BYTES } from "../kernels/attentionTile";
import type { QueryCapture } from "../model/capture";
import type { KvCache, LayerCache } from "../model/kvCache";
import { MAX_TILE_CELLS } from "./checkTile";

const LANES = 4;
const ROLLOUT_LANES = 16;

export interface WatchedLayer {
  readonly attention: AttentionSpec;
  readonly overview: Dispatch;
  readonly fold: Dispatch;
  readonly tile: Dispatch;
  readonly rollout: Dispatch;
  readonly stateOffset: number;
}

export interface WatchBuffers {
  readonly scan: GPUBuffer;
  readonly targets: GPUBuffer;
  readonly state: GPUBuffer;
  readonly tile: GPUBuffer;
  readonly cells: GPUBuffer;
  readonly edges: GPUBuffer;
  readonly rollout: GPUBuffer;
  /** [capacity] f32 each: shares of a row, read from one and written to the other, in turns. */
  readonly shares: readonly [GPUBuffer, GPUBuffer];
}

export interface WatchedLayers {
  readonly buffers: WatchBuffers;
  readonly layers: readonly WatchedLayer[];
}

/** @param scope holds the buffers @throws UnsupportedModelError, OutOfMemoryError */
export async function watchLayers(scope: BufferScope, cache: KvCache, capture: QueryCapture): Promise<WatchedLayers> {
  const { blocks } = cache.spec;
  const cells = Math.max(MAX_TILE_CELLS, cache.capacity);
  const buffers: WatchBuffers = {
    scan: scope.uniform("overview scan", SCAN_BYTES),
    targets: scope.storage("induction targets", cache.capacity * 4),
    state: scope.storage(
      "attention overview",
      blocks.reduce((sum, { attention }) => sum + stateBytes(attention), 0),
    ),
    tile: scope.uniform("attention tile", TILE_BYTES),
    cells: scope.storage("attention cells", cells * 4),
    edges: scope.storage("attention cell edges", EDGES_BYTES),
    rollout: scope.uniform("rollout", ROLLOUT_BYTES),
    shares: [
      scope.storage("rolled out shares", cache.capacity * 4),
      scope.storage("rolled out shares below", cache.capacity * 4),
    ],
  };
  const layers: WatchedLayer[] = [];
  let stateOffset = 0;
  for (const [index, { attention }] of blocks.entries()) {
    const denominators = scope.storage(`layer ${index} softmax denominators`, cache.capacity * attention.numHeads * 4);
    const kept: KeptAttention = {
      label: `layer ${index}`,
      attention,
      queries: capture.queries[index] as GPUBuffer,
      keys: (cache.layers[index] as LayerCache).keys,
      denominators,
      capacity: cache.capacity,
      precision: cache.precision,
    };
    layers.push(await watchLayer(scope.gpu, kept, buffers, stateOffset, (blocks.length - 1 - index) % 2));
    stateOffset += stateBytes(attention);
  }
  return { buffers, layers };
}

async function watchLayer(
  gpu: Gpu,
  kept: KeptAttention,
  buffers: WatchBuffers,
  stateOffset: number,
  /** Which of the shares the layer reads when a row is rolled out from the last layer down. */
  turn: number,
): Promise<WatchedLayer> {
  const { attention, label } = kept;
  const state = { buffer: buffers.state, offset: stateOffset, size: stateBytes(attention) };
  const { scan, targets, tile, cells, edges } = buffers;
  const lanes = gpu.isSoftware ? 1 : LANES;
  return {
    attention,
    stateOffset,
    overview: await attentionOverview(gpu, { ...kept, scan, targets, state, lanes }),
    fold: await overviewFold(gpu, { label, numHeads: attention.numHeads, state }),
    tile: await attentionTile(gpu, { ...kept, tile, cells, edges }),
    rollout: await attentionRollout(gpu, {
      ...kept,
      rollout: buffers.rollout,
      above: buffers.shares[turn === 0 ? 0 : 1],
      below: buffers.shares[turn === 0 ? 1 : 0],
      lanes: gpu.isSoftware ? 1 : ROLLOUT_LANES,
    }),
  };
}
