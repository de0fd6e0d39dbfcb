/** A rectangle of one head's pattern or scores, computed again from kept queries and cached keys. */
import shader from "../../../shaders/attention_tile.wgsl?raw";
import score from "../../../shaders/lib/attention_score.wgsl?raw";
import masked from "../../../shaders/lib/masked.wgsl?raw";
import type { Gpu } from "../gpu/device";
import { type Dispatch, grid, prepareDispatch } from "../gpu/dispatch";
import { type KeptAttention, keptConstants } from "./attentionOverview";
import { CACHE_SHADERS } from "./cacheShaders";

export interface TileArea {
  /** Tokens in the cache. */
  readonly length: number;
  readonly rowStart: number;
  /** Rows of a cell; 0: those between `edges`. */
  readonly rowStep: number;
  /** Cells. */
  readonly rowCount: number;
  readonly keyStart: number;
  readonly keyStep: number;
  readonly keyCount: number;
  readonly wantsScores: boolean;
}

/** Edges along one axis at most: one more than cells. */
export const MOST_EDGES = 1025;
export const EDGES_BYTES = 2 * MOST_EDGES * 4;

export interface AttentionTileRequest extends KeptAttention {
  /** `packTile` */
  readonly tile: GPUBuffer;
  /** [row cells, key cells] f32 */
  readonly cells: GPUBuffer;
  /** [2, MOST_EDGES] u32: where cells of rows begin and the last one ends, then those of keys. */
  readonly edges: GPUBuffer;
}

const WORKGROUP = 64;
export const TILE_BYTES = 48;
/** Cells behind the mask are below this. */
export const MASKED_BELOW = -1e38;

/** @param share factor of this head @param goesOn added to what the cells hold */
export function packTile(area: TileArea, head: number, share: number, goesOn: boolean): ArrayBuffer {
  const bytes = new ArrayBuffer(TILE_BYTES);
  const { length, rowStart, rowStep, rowCount, keyStart, keyStep, keyCount, wantsScores } = area;
  new Uint32Array(bytes).set([
    head,
    length,
    rowStart,
    rowStep,
    rowCount,
    keyStart,
    keyStep,
    keyCount,
    wantsScores ? 1 : 0,
    goesOn ? 1 : 0,
  ]);
  new Float32Array(bytes)[10] = share;
  return bytes;
}

/** The number of cells is given to the encoder as `rows`. */
export function attentionTile(gpu: Gpu, request: AttentionTileRequest): Promise<Dispatch> {
  return prepareDispatch(gpu, {
    label: request.label,
    source: {
      name: `attention tile ${request.precision}`,
      files: [shader, score, masked, CACHE_SHADERS[request.precision]],
      bindings: ["uniform", "read", "read", "read", "read_write", "read"],
    },
    constants: { ...keptConstants(request), WORKGROUP, MOST_EDGES },
    bindings: [request.tile, request.queries, request.keys, request.denominators, request.cells, request.edges],
    workgroups: (cells) => grid(Math.ceil(cells / WORKGROUP)),
  });
}
