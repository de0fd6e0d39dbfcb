/**
 * Looks at attention beside the chat's own path: keeps queries while steps run, reduces what is new when asked, and
 * computes any rectangle of any head again.
 */
import { inductionTarget, OVERVIEW_CELLS } from "../../shared/attentionMap";
import { VitrineError } from "../../shared/errors";
import type {
  AttentionOverview,
  AttentionTileData,
  HeadId,
  OverviewKnown,
  QueryKeyPair,
  TileAxis,
  TileRequest,
} from "../../shared/inspection";
import type { AttentionSpec } from "../../shared/modelSpec";
import { BufferScope } from "../gpu/bufferScope";
import type { Gpu } from "../gpu/device";
import { type Dispatch, encodeDispatch } from "../gpu/dispatch";
import { readFloats, readRanges } from "../gpu/readback";
import {
  attentionOverview,
  type KeptAttention,
  NO_TARGET,
  overviewFold,
  SCAN_BYTES,
  STATE_FLOATS,
  stateBytes,
} from "../kernels/attentionOverview";
import { attentionRollout, ROLLOUT_BYTES } from "../kernels/attentionRollout";
import {
  attentionTile,
  EDGES_BYTES,
  MASKED_BELOW,
  MOST_EDGES,
  packTile,
  TILE_BYTES,
  type TileArea,
} from "../kernels/attentionTile";
import { captureQueries, type QueryCapture } from "../model/capture";
import type { Forward, ForwardLists } from "../model/forward";
import type { KvCache, LayerCache } from "../model/kvCache";
import type { Model } from "../model/model";
import { type PromptItem, sameItem } from "./promptItems";
import { readKept } from "./readKept";

/** Rows reduced in one go, and weights of all heads in one submit: long prompts must not hold the GPU for seconds. */
const ROWS_AT_ONCE = 1024;
const WEIGHTS_PER_SUBMIT = 2 ** 26;
const LANES = 4;
const ROLLOUT_LANES = 16;
/** Cells of one rectangle. */
export const MAX_TILE_CELLS = 2 ** 18;

interface WatchedLayer {
  readonly attention: AttentionSpec;
  readonly overview: Dispatch;
  readonly fold: Dispatch;
  readonly tile: Dispatch;
  readonly rollout: Dispatch;
  readonly stateOffset: number;
}

interface WatchBuffers {
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

export class AttentionWatch {
  /** Tokens that the sums hold. */
  private seen: PromptItem[] = [];
  /** Induction target of each row seen. */
  private targets: (number | null)[] = [];
  /** log2 of tokens per cell */
  private shift = 0;
  private epoch = 1;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly gpu: Gpu,
    private readonly scope: BufferScope,
    private readonly cache: KvCache,
    private readonly capture: QueryCapture,
    private readonly buffers: WatchBuffers,
    private readonly layers: readonly WatchedLayer[],
  ) {}

  /** @throws UnsupportedModelError, OutOfMemoryError */
  static async create({ gpu }: Model, cache: KvCache, forward: Forward): Promise<AttentionWatch> {
    const scope = new BufferScope(gpu);
    try {
      const capture = await captureQueries(scope, cache, forward);
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
        const denominators = scope.storage(
          `layer ${index} softmax denominators`,
          cache.capacity * attention.numHeads * 4,
        );
        const kept: KeptAttention = {
          label: `layer ${index}`,
          attention,
          queries: capture.queries[index] as GPUBuffer,
          keys: (cache.layers[index] as LayerCache).keys,
          denominators,
          capacity: cache.capacity,
          precision: cache.precision,
        };
        layers.push(await watchLayer(gpu, kept, buffers, stateOffset, (blocks.length - 1 - index) % 2));
        stateOffset += stateBytes(attention);
      }
      gpu.assertAlive();
      return new AttentionWatch(gpu, scope, cache, capture, buffers, layers);
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

  /** Waits for what is being read, then frees the buffers. */
  async close(): Promise<void> {
    await this.last.catch(() => {});
    this.scope.destroy();
  }

  /** Reduces what `items` has more than before and gives what `known` lacks; null: nothing. */
  overview(items: readonly PromptItem[], known: OverviewKnown | null): Promise<AttentionOverview | null> {
    return this.inTurn(async () => {
      this.catchUp(items);
      const { epoch } = this;
      const length = this.seen.length;
      const from = known?.epoch === epoch ? known.length : 0;
      if (from >= length && known?.epoch === epoch) return null;
      const firstRow = from >> this.shift;
      const rowCount = length === 0 ? 0 : ((length - 1) >> this.shift) + 1 - firstRow;
      const ranges = this.layers.map(({ attention, stateOffset }) => {
        const rowBytes = attention.numHeads * STATE_FLOATS * 4;
        return { offset: stateOffset + firstRow * rowBytes, sizeBytes: rowCount * rowBytes };
      });
      const layers =
        rowCount === 0 ? ranges.map(() => new ArrayBuffer(0)) : await readRanges(this.gpu, this.buffers.state, ranges);
      return {
        epoch,
        length,
        ids: this.seen.slice(from).map((item) => (typeof item === "number" ? item : null)),
        idsFrom: from,
        tokensPerCell: 2 ** this.shift,
        firstRow,
        rowCount,
        layers: layers.map((bytes) => new Float32Array(bytes)),
        inductionRows: this.targets.filter((target) => target !== null).length,
        gpuBytes: this.gpuBytes,
      };
    });
  }

  /** @throws InvalidSettingError outside the cached tokens, heads or `MAX_TILE_CELLS` */
  tile(items: readonly PromptItem[], request: TileRequest): Promise<AttentionTileData> {
    return this.inTurn(async () => {
      this.catchUp(items);
      const { heads, rows, keys, values } = request;
      const length = this.seen.length;
      this.checkTile(request);
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
        this.gpu.device.queue.writeBuffer(this.buffers.edges, axis * MOST_EDGES * 4, Uint32Array.from(edges));
      }
      const count = rows.count * keys.count;
      this.submitTile(area, heads, count);
      const cells = await readFloats(this.gpu, this.buffers.cells, 0, count);
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
      this.catchUp(items);
      const length = this.seen.length;
      const axis = { start: 0, step: 1, count: length };
      this.checkTile({ heads: [head], rows: axis, keys: axis, values: "pattern" });
      const rows = { rowStart: 0, rowStep: 1, rowCount: length };
      const keys = { keyStart: 0, keyStep: 1, keyCount: length };
      this.submitTile({ length, ...rows, ...keys, wantsScores: false }, [head], length * length);
      return use(this.buffers.cells, length);
    });
  }

  /** @throws InvalidSettingError */
  pair(items: readonly PromptItem[], { layer, head }: HeadId, row: number, key: number): Promise<QueryKeyPair> {
    return this.inTurn(async () => {
      this.catchUp(items);
      this.checkHead({ layer, head });
      this.checkAxis("row", { start: row, step: 1, count: 1 });
      this.checkAxis("key", { start: key, step: 1, count: 1 });
      const { attention } = this.layers[layer] as WatchedLayer;
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
      this.catchUp(items);
      const { numHeads, numKvHeads, headDim } = (this.layers[layer] as WatchedLayer).attention;
      const { precision, capacity } = this.cache;
      const length = this.seen.length;
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
      this.catchUp(items);
      this.checkAxis("row", { start: position, step: 1, count: 1 });
      const { rollout, shares } = this.buffers;
      const { queue } = this.gpu.device;
      const count = position + 1;
      const row = new Float32Array(count);
      row[position] = 1;
      queue.writeBuffer(rollout, 0, Uint32Array.of(count, 0, 0, 0));
      queue.writeBuffer(shares[0], 0, row);
      for (const layer of this.layers.toReversed()) this.submit([layer.rollout], count);
      return readFloats(this.gpu, shares[this.layers.length % 2 === 0 ? 0 : 1], 0, count);
    });
  }

  /** Makes the sums hold exactly `items`. */
  private catchUp(items: readonly PromptItem[]): void {
    let same = 0;
    while (same < this.seen.length && same < items.length && sameItem(this.seen[same], items[same])) same++;
    if (same < this.seen.length) this.forget(same);
    if (this.seen.length === items.length) return;
    if (this.seen.length === 0) this.shift = shiftFor(items.length);
    this.lookUpTargets(items);
    while (this.seen.length < items.length) {
      const full = OVERVIEW_CELLS << this.shift;
      if (this.seen.length === full) {
        this.submit(
          this.layers.map(({ fold }) => fold),
          1,
        );
        this.shift++;
        this.epoch++;
        continue;
      }
      const first = this.seen.length;
      const end = Math.min(items.length, full, first + ROWS_AT_ONCE);
      this.gpu.device.queue.writeBuffer(this.buffers.scan, 0, Uint32Array.of(first, end, this.shift, 0));
      this.reduce(first, end);
      this.seen.push(...items.slice(first, end));
    }
  }

  /** All heads at rows [first, end), in as many submits as that takes. */
  private reduce(first: number, end: number): void {
    const cellRows = ((end - 1) >> this.shift) - (first >> this.shift) + 1;
    let due: Dispatch[] = [];
    let weights = 0;
    for (const { attention, overview } of this.layers) {
      const own = attention.numHeads * (end - first) * end;
      if (weights + own > WEIGHTS_PER_SUBMIT && due.length > 0) {
        this.submit(due, cellRows);
        due = [];
        weights = 0;
      }
      due.push(overview);
      weights += own;
    }
    this.submit(due, cellRows);
  }

  /** Goes back to a row of cells that holds nothing beyond the first `length` tokens. */
  private forget(length: number): void {
    const isCoarse = this.shift > 0 && length <= (OVERVIEW_CELLS / 2) << this.shift;
    this.seen.length = isCoarse ? 0 : (length >> this.shift) << this.shift;
    this.targets.length = this.seen.length;
    this.epoch++;
  }

  private lookUpTargets(items: readonly PromptItem[]): void {
    const from = this.seen.length;
    const latest = new Map<number, number>();
    for (const [row, item] of items.entries()) {
      if (row >= from) this.targets.push(typeof item === "number" ? inductionTarget(latest, item, row) : null);
      if (typeof item === "number") latest.set(item, row);
    }
    const words = Uint32Array.from(this.targets.slice(from), (target) => target ?? NO_TARGET);
    this.gpu.device.queue.writeBuffer(this.buffers.targets, from * 4, words);
  }

  /** The mean of heads over an area, into `cells`. */
  private submitTile(area: TileArea, heads: readonly HeadId[], count: number): void {
    for (const [index, { layer, head }] of heads.entries()) {
      const { tile } = this.layers[layer] as WatchedLayer;
      this.gpu.device.queue.writeBuffer(this.buffers.tile, 0, packTile(area, head, 1 / heads.length, index > 0));
      this.submit([tile], count);
    }
  }

  private submit(dispatches: readonly Dispatch[], rows: number): void {
    const encoder = this.gpu.device.createCommandEncoder({ label: "attention" });
    const pass = encoder.beginComputePass();
    for (const dispatch of dispatches) encodeDispatch(pass, dispatch, rows);
    pass.end();
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  private checkTile({ heads, rows, keys, values }: TileRequest): void {
    if (heads.length === 0) refuse("No head was chosen.");
    for (const head of heads) this.checkHead(head);
    this.checkAxis("rows", rows);
    this.checkAxis("keys", keys);
    if (rows.count * keys.count > MAX_TILE_CELLS) {
      refuse(`${rows.count} x ${keys.count} cells are more than ${MAX_TILE_CELLS}; use larger steps.`);
    }
    const isFine = [rows, keys].every(({ step, edges }) => step === 1 && edges === undefined);
    if (values === "scores" && (heads.length > 1 || !isFine)) {
      refuse("Scores are those of one head and of single tokens.");
    }
  }

  private checkHead({ layer, head }: HeadId): void {
    const heads = this.layers[layer]?.attention.numHeads ?? 0;
    if (!Number.isInteger(head) || head < 0 || head >= heads) {
      refuse(`Layer ${layer} head ${head} is not in this model.`);
    }
  }

  private checkAxis(name: string, { start, step, count, edges }: TileAxis): void {
    if (edges !== undefined) {
      this.checkEdges(name, edges, count);
      return;
    }
    const isWhole = [start, step, count].every((value) => Number.isInteger(value) && value >= 0);
    if (isWhole && step > 0 && count > 0 && start + (count - 1) * step < this.seen.length) return;
    refuse(`The ${name} ${start} + ${count} x ${step} are not among the ${this.seen.length} cached tokens.`);
  }

  private checkEdges(name: string, edges: readonly number[], count: number): void {
    const length = this.seen.length;
    const isRising = edges.every((edge, i) => Number.isInteger(edge) && edge > (edges[i - 1] ?? -1) && edge <= length);
    if (isRising && count > 0 && edges.length === count + 1 && edges.length <= MOST_EDGES) return;
    refuse(`The ${name} need ${count + 1} rising edges, at most ${MOST_EDGES}, among the ${length} cached tokens.`);
  }

  /** One reader at a time: they share buffers. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next;
    return next;
  }
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

function refuse(message: string): never {
  throw new VitrineError("InvalidSettingError", message);
}

/** The finest cells in which `length` tokens fit. */
function shiftFor(length: number): number {
  return Math.max(0, Math.ceil(Math.log2(length / OVERVIEW_CELLS)));
}
