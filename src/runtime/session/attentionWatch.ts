/**
 * Looks at attention beside the chat's own path: keeps queries while steps run, reduces what is new when asked, and
 * computes any rectangle of any head again.
 */
import type {
  AttentionOverview,
  AttentionTileData,
  HeadId,
  OverviewKnown,
  QueryKeyPair,
  TileRequest,
} from "../../shared/inspection";
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { submitDispatches } from "../gpu/dispatch";
import { readFloats, readRanges } from "../gpu/readback";
import { STATE_FLOATS } from "../kernels/attentionOverview";
import { MASKED_BELOW, MOST_EDGES, packTile, type TileArea } from "../kernels/attentionTile";
import { captureQueries, type QueryCapture } from "../model/capture";
import type { Forward, ForwardLists } from "../model/forward";
import type { KvCache, LayerCache } from "../model/kvCache";
import type { Model } from "../model/model";
import { checkHead, checkTile, checkToken, type WatchedText } from "./checkTile";
import { OverviewSums } from "./overviewSums";
import type { PromptItem } from "./promptItems";
import { readKept } from "./readKept";
import { type WatchedLayer, type WatchedLayers, watchLayers } from "./watchedLayers";

export class AttentionWatch {
  private readonly sums: OverviewSums;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly gpu: Gpu,
    private readonly scope: BufferScope,
    private readonly cache: KvCache,
    private readonly capture: QueryCapture,
    private readonly watched: WatchedLayers,
  ) {
    this.sums = new OverviewSums(gpu, watched);
  }

  /** @throws UnsupportedModelError, OutOfMemoryError */
  static async create({ gpu }: Model, cache: KvCache, forward: Forward): Promise<AttentionWatch> {
    const scope = new BufferScope(gpu);
    try {
      const capture = await captureQueries(scope, cache, forward);
      const watched = await watchLayers(scope, cache, capture);
      gpu.assertAlive();
      return new AttentionWatch(gpu, scope, cache, capture, watched);
    } catch (error) {
      scope.destroy();
      throw error;
    }
  }

  /** What steps have to be made of while somebody looks. */
  get lists(): ForwardLists {
    return this.capture.lists;
  }

  get gpuBytes(): number {
    return this.scope.sizeBytes;
  }

  private get length(): number {
    return this.sums.items.length;
  }

  private get text(): WatchedText {
    return { heads: this.watched.layers.map(({ attention }) => attention.numHeads), length: this.length };
  }

  /** Waits for what is being read, then frees the buffers. */
  async close(): Promise<void> {
    await this.last.catch(() => {});
    this.scope.destroy();
  }

  /** Reduces what `items` has more than before and gives what `known` lacks; null: nothing. */
  overview(items: readonly PromptItem[], known: OverviewKnown | null): Promise<AttentionOverview | null> {
    return this.inTurn(async () => {
      this.sums.catchUp(items);
      const { epoch, shift } = this.sums;
      const length = this.length;
      const from = known?.epoch === epoch ? known.length : 0;
      if (from >= length && known?.epoch === epoch) return null;
      const firstRow = from >> shift;
      const rowCount = length === 0 ? 0 : ((length - 1) >> shift) + 1 - firstRow;
      const ranges = this.watched.layers.map(({ attention, stateOffset }) => {
        const rowBytes = attention.numHeads * STATE_FLOATS * 4;
        return { offset: stateOffset + firstRow * rowBytes, sizeBytes: rowCount * rowBytes };
      });
      const layers =
        rowCount === 0
          ? ranges.map(() => new ArrayBuffer(0))
          : await readRanges(this.gpu, this.watched.buffers.state, ranges);
      return {
        epoch,
        length,
        ids: this.sums.items.slice(from).map((item) => (typeof item === "number" ? item : null)),
        idsFrom: from,
        tokensPerCell: 2 ** shift,
        firstRow,
        rowCount,
        layers: layers.map((bytes) => new Float32Array(bytes)),
        inductionRows: this.sums.inductionRows,
        gpuBytes: this.gpuBytes,
      };
    });
  }

  /** @throws InvalidSettingError outside the cached tokens, heads or `MAX_TILE_CELLS` */
  tile(items: readonly PromptItem[], request: TileRequest): Promise<AttentionTileData> {
    return this.inTurn(async () => {
      this.sums.catchUp(items);
      const { heads, rows, keys, values } = request;
      const length = this.length;
      checkTile(this.text, request);
      const area = {
        length,
        rowStart: rows.start,
        rowStep: rows.edges === undefined ? rows.step : 0,
        rowCount: rows.count,
        keyStart: keys.start,
        keyStep: keys.edges === undefined ? keys.step : 0,
        keyCount: keys.count,
        wantsScores: values === "scores",
      };
      for (const [axis, { edges }] of [rows, keys].entries()) {
        if (edges === undefined) continue;
        this.gpu.device.queue.writeBuffer(this.watched.buffers.edges, axis * MOST_EDGES * 4, Uint32Array.from(edges));
      }
      const count = rows.count * keys.count;
      this.submitTile(area, heads, count);
      const cells = await readFloats(this.gpu, this.watched.buffers.cells, 0, count);
      return { length, cells: cells.map((value) => (value < MASKED_BELOW ? Number.NaN : value)) };
    });
  }

  /**
   * One head's whole pattern [length, length] on the GPU, cells behind the mask below MASKED_BELOW; valid while `use`
   * runs. @throws InvalidSettingError where it has more than `MAX_TILE_CELLS`
   */
  withPattern<T>(
    items: readonly PromptItem[],
    head: HeadId,
    use: (cells: GPUBuffer, length: number) => Promise<T>,
  ): Promise<T> {
    return this.inTurn(() => {
      this.sums.catchUp(items);
      const length = this.length;
      const axis = { start: 0, step: 1, count: length };
      checkTile(this.text, { heads: [head], rows: axis, keys: axis, values: "pattern" });
      const rows = { rowStart: 0, rowStep: 1, rowCount: length };
      const keys = { keyStart: 0, keyStep: 1, keyCount: length };
      this.submitTile({ length, ...rows, ...keys, wantsScores: false }, [head], length * length);
      return use(this.watched.buffers.cells, length);
    });
  }

  /** @throws InvalidSettingError */
  pair(items: readonly PromptItem[], { layer, head }: HeadId, row: number, key: number): Promise<QueryKeyPair> {
    return this.inTurn(async () => {
      this.sums.catchUp(items);
      checkHead(this.text, { layer, head });
      checkToken(this.text, "row", row);
      checkToken(this.text, "key", key);
      const { attention } = this.watched.layers[layer] as WatchedLayer;
      const { numHeads, numKvHeads, headDim, scale } = attention;
      const { precision, capacity } = this.cache;
      const kv = Math.floor(head / (numHeads / numKvHeads));
      const queries = this.capture.queries[layer] as GPUBuffer;
      const { keys } = this.cache.layers[layer] as LayerCache;
      const at = (row * numHeads + head) * headDim;
      return {
        query: await readKept(this.gpu, { buffer: queries, offset: 0 }, precision, at, headDim),
        key: await readKept(this.gpu, keys, precision, (kv * capacity + key) * headDim, headDim),
        scale,
      };
    });
  }

  /** What meets in a layer: queries [T, H, D] after rope, keys [K, T, D]. */
  layerRows(items: readonly PromptItem[], layer: number): Promise<{ queries: Float32Array; keys: Float32Array }> {
    return this.inTurn(async () => {
      this.sums.catchUp(items);
      const { numHeads, numKvHeads, headDim } = (this.watched.layers[layer] as WatchedLayer).attention;
      const { precision, capacity } = this.cache;
      const length = this.length;
      const binding = { buffer: this.capture.queries[layer] as GPUBuffer, offset: 0 };
      const { keys } = this.cache.layers[layer] as LayerCache;
      const queries = await readKept(this.gpu, binding, precision, 0, length * numHeads * headDim);
      const all = await readKept(this.gpu, keys, precision, 0, numKvHeads * capacity * headDim);
      const rows = new Float32Array(numKvHeads * length * headDim);
      for (let kv = 0; kv < numKvHeads; kv++) {
        const from = kv * capacity * headDim;
        rows.set(all.subarray(from, from + length * headDim), kv * length * headDim);
      }
      return { queries, keys: rows };
    });
  }

  /**
   * Attention rollout (arXiv 2005.00928): how much of a row comes from each token, when every layer takes half from the
   * mean of its heads and half from the row itself. [position + 1], sum 1. One submit a layer, so that none takes long.
   * @throws InvalidSettingError
   */
  rollout(items: readonly PromptItem[], position: number): Promise<Float32Array<ArrayBuffer>> {
    return this.inTurn(async () => {
      this.sums.catchUp(items);
      checkToken(this.text, "row", position);
      const { rollout, shares } = this.watched.buffers;
      const { queue } = this.gpu.device;
      const count = position + 1;
      const row = new Float32Array(count);
      row[position] = 1;
      queue.writeBuffer(rollout, 0, Uint32Array.of(count, 0, 0, 0));
      queue.writeBuffer(shares[0], 0, row);
      for (const layer of this.watched.layers.toReversed())
        submitDispatches(this.gpu, "rollout", [layer.rollout], count);
      return readFloats(this.gpu, shares[this.watched.layers.length % 2 === 0 ? 0 : 1], 0, count);
    });
  }

  /** The mean of heads over an area, into `cells`. */
  private submitTile(area: TileArea, heads: readonly HeadId[], count: number): void {
    for (const [index, { layer, head }] of heads.entries()) {
      const { tile } = this.watched.layers[layer] as WatchedLayer;
      this.gpu.device.queue.writeBuffer(
        this.watched.buffers.tile,
        0,
        packTile(area, head, 1 / heads.length, index > 0),
      );
      submitDispatches(this.gpu, "attention tile", [tile], count);
    }
  }

  /** One reader at a time: they share buffers. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next;
    return next;
  }
}
