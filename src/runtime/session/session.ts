/** Tokens in, tokens out: one conversation's cache on a model, with prefix reuse, several steps in flight, and forks. */
import { VitrineError } from "../../shared/errors";
import type { HeadFactor } from "../../shared/inspection";
import type { KvPrecision } from "../../shared/protocol";
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import { BufferScope } from "../gpu/bufferScope";
import type { Dispatch } from "../gpu/dispatch";
import { type Forward, type ForwardLists, prepareForward } from "../model/forward";
import { writeHeadScales } from "../model/headScales";
import { checkFits, defaultCapacity, KvCache } from "../model/kvCache";
import type { Model } from "../model/model";
import { AttentionWatch } from "./attentionWatch";
import { checkSettings } from "./checkSettings";
import { HiddenHistory } from "./hiddenHistory";
import { type PromptItem, sameItem } from "./promptItems";
import { encodeTapped, MAX_IN_FLIGHT, StepQueue } from "./stepQueue";
import { StepWriter } from "./stepWriter";

export interface SessionOptions {
  /** Tokens the cache holds; null: what fits, at most the model's context. */
  readonly capacity: number | null;
  readonly precision: KvPrecision;
  /** Rows of one prefill step; bounds scratch memory and how long one submit takes. */
  readonly prefillRows?: number;
  /** Keep rows after the final norm, so that `logitsAt` can answer: hidden size x 4 bytes for each token. */
  readonly keepHidden?: boolean;
}

export interface DecodeRequest {
  /** The whole sequence; what the cache already holds of it is not computed again. */
  readonly ids: readonly PromptItem[];
  readonly sampling: SamplingSettings;
  readonly maxNewTokens: number;
  readonly tokensInFlight: number;
  /**
   * Takes each new token in order, with ln of its probability over the whole vocabulary (before penalties, cuts and
   * temperature); returning true ends the generation with that token.
   */
  readonly onToken: (id: number, logProbability: number) => boolean;
  readonly onPrefill?: (doneTokens: number, totalTokens: number) => void;
  /** Ends the generation after the token under way. */
  readonly signal?: AbortSignal;
}

export type DecodeEnd = "ended" | "max-tokens" | "stopped" | "capacity";

export interface DecodeResult {
  readonly end: DecodeEnd;
  readonly ids: readonly number[];
  readonly cachedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** Prompts of up to this many tokens go in one submit on a GPU; software adapters get shorter ones. */
const PREFILL_ROWS = 256;
const PREFILL_ROWS_SOFTWARE = 64;

export class Session {
  /** Tokens whose keys and values are in the cache and belong to the conversation. */
  private items: PromptItem[] = [];
  private busy = false;
  private working: Promise<unknown> = Promise.resolve();
  private history: HiddenHistory | null = null;
  /** The text that is being written: its prompt, and what was drawn so far. */
  private writing: { readonly ids: readonly PromptItem[]; readonly fresh: readonly number[] } | null = null;
  /** Ends a prefill that only serves someone who looks: a generation goes first. */
  private looking: AbortController | null = null;
  private readonly writer: StepWriter;
  private watch: AttentionWatch | null = null;
  private headFactors: readonly HeadFactor[] = [];

  private constructor(
    readonly model: Model,
    private readonly scope: BufferScope,
    readonly cache: KvCache,
    readonly forward: Forward,
    readonly queue: StepQueue,
  ) {
    this.writer = new StepWriter(model.gpu, forward, queue);
  }

  /** @throws OutOfMemoryError, InvalidSettingError */
  static async create(model: Model, options: SessionOptions): Promise<Session> {
    const { gpu, spec } = model;
    const capacity = options.capacity ?? defaultCapacity(gpu, spec, options.precision);
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new VitrineError("InvalidSettingError", `Cache capacity ${capacity} is not a positive whole number.`);
    }
    if (spec.embedding.learnedPositions && capacity > spec.contextLength) {
      throw new VitrineError(
        "InvalidSettingError",
        `Cache capacity ${capacity} is beyond the ${spec.contextLength} positions this model has learned.`,
      );
    }
    checkFits(gpu, spec, capacity, options.precision);
    const rows = options.prefillRows ?? (gpu.isSoftware ? PREFILL_ROWS_SOFTWARE : PREFILL_ROWS);
    const scope = new BufferScope(gpu);
    try {
      const cache = new KvCache(scope, spec, capacity, options.precision);
      const prefillRows = Math.min(rows, capacity);
      const { weights, choice } = model;
      const forward = await prepareForward({ gpu, spec, weights, cache, scope, choice, prefillRows });
      gpu.assertAlive();
      const session = new Session(model, scope, cache, forward, new StepQueue(gpu, scope, forward.buffers.drawn));
      if (options.keepHidden === true) await session.keepHidden(true);
      return session;
    } catch (error) {
      scope.destroy();
      throw error;
    }
  }

  /** Tokens in the cache. */
  get length(): number {
    return this.items.length;
  }

  get cachedItems(): readonly PromptItem[] {
    return this.items;
  }

  get gpuBytes(): number {
    return this.scope.sizeBytes + (this.history?.gpuBytes ?? 0) + (this.watch?.gpuBytes ?? 0);
  }

  /** Keeps rows after the final norm of what is computed from now on, also of an answer under way; or frees them. */
  async keepHidden(isOn: boolean): Promise<void> {
    if (isOn === (this.history !== null)) return;
    const before = this.history;
    this.history = null;
    if (before !== null) await before.close();
    if (!isOn) return;
    const history = await HiddenHistory.create(this.model, this.forward, this.cache.capacity);
    if (this.history === null) this.history = history;
    else await history.close();
  }

  /** What can be asked about attention; null while nobody looks. */
  get attention(): AttentionWatch | null {
    return this.watch;
  }

  /**
   * On: keeps the queries of every token from now on, and runs what is cached once more for its own. Off: forgets them,
   * and steps cost what they cost before. Waits for an answer under way, whose earlier rows would be missing.
   * @throws UnsupportedModelError naming what cannot be shown, OutOfMemoryError
   */
  async inspect(on: boolean): Promise<void> {
    while (this.busy) await this.working.catch(() => {});
    if (on === (this.watch !== null)) return;
    if (!on) {
      const { watch } = this;
      this.watch = null;
      await watch?.close();
      return;
    }
    await this.look(async (signal) => {
      this.watch = await AttentionWatch.create(this.model, this.cache, this.forward);
      const ids = this.items;
      this.items = [];
      await this.prefillFrom(ids, 0, ids.length, undefined, signal);
    });
  }

  /**
   * Multiplies what heads hand to the output projection: 0 switches a head off, 1 leaves it as it is; heads that are not
   * named get 1. What is cached was computed under other factors and is forgotten.
   * @throws InvalidSettingError, InvalidStateError while generating
   */
  async scaleHeads(factors: readonly HeadFactor[]): Promise<void> {
    await this.exclusively(async () => {
      writeHeadScales(this.model.gpu, this.forward.buffers.headScales, this.model.spec, factors);
      this.headFactors = factors;
      this.items = [];
    });
  }

  get isBusy(): boolean {
    return this.busy;
  }

  /** Has the cache hold `ids`, unless a generation is under way or comes in between. @throws ContextOverflowError */
  async show(ids: readonly PromptItem[]): Promise<void> {
    if (this.busy || this.sameAsCached(ids) === ids.length) return;
    await this.look(async (signal) => {
      this.checkIds(ids);
      const cached = this.reusePrefix(ids, ids.length);
      await this.prefillFrom(ids, cached, ids.length, undefined, signal);
    });
  }

  private get lists(): ForwardLists {
    return this.watch?.lists ?? this.forward;
  }

  /** Another session that goes on from the same cached tokens. */
  async fork(): Promise<Session> {
    const { capacity, precision } = this.cache;
    const { prefillRows } = this.forward;
    const keepHidden = this.history !== null;
    const copy = await Session.create(this.model, { capacity, precision, prefillRows, keepHidden });
    if (this.history !== null) copy.history?.copyFrom(this.history);
    await copy.scaleHeads(this.headFactors);
    copy.cache.copyFrom(this.model.gpu, this.cache);
    copy.items = [...this.items];
    return copy;
  }

  /** Waits for the work under way (end it by its signal), then frees the GPU buffers. */
  async close(): Promise<void> {
    this.looking?.abort();
    await this.working.catch(() => {});
    await this.queue.drain();
    await this.keepHidden(false);
    await this.watch?.close();
    this.scope.destroy();
  }

  /**
   * Prefills what the cache lacks of `ids` and draws tokens until something ends it. Which tokens come, the cache
   * length afterwards and the next turn do not depend on `tokensInFlight`.
   * @throws ContextOverflowError, InvalidSettingError, NonFiniteLogitsError, DeviceLostError
   */
  async generate(request: DecodeRequest): Promise<DecodeResult> {
    if (this.looking !== null) {
      this.looking.abort();
      await this.working.catch(() => {});
    }
    return this.exclusively(() => this.decodeLoop(request));
  }

  /** Runs `ids` without drawing, up to but not including the last; for callers that look at the last row. */
  async prefill(ids: readonly PromptItem[]): Promise<void> {
    await this.exclusively(async () => {
      this.checkIds(ids);
      const cached = this.reusePrefix(ids, ids.length);
      await this.prefillFrom(ids, cached, ids.length, undefined, undefined);
      this.items = [...ids];
    });
  }

  /**
   * The model's own logits [V] after the token at a cached position: what it thought would come next.
   * @throws InvalidStateError without `keepHidden`, InvalidSettingError outside the cache
   */
  async logitsAt(position: number): Promise<Float32Array> {
    const history = this.kept();
    if (!Number.isInteger(position) || position < 0 || position >= this.items.length) {
      const among = `among the ${this.items.length} cached tokens`;
      throw new VitrineError("InvalidSettingError", `Position ${position} is not ${among}.`);
    }
    const logits = await history.logitsAt(position);
    if (logits === null) throw new VitrineError("InvalidStateError", `The row at position ${position} was not kept.`);
    return logits;
  }

  /**
   * Logits [V] after the token at a position of any text, also of the one being written. What was not kept is computed
   * by one prefill from `from` on, so that its neighbours are there as well. Null: not known now, because this session
   * is generating, or began to.
   * @throws InvalidStateError without `keepHidden`, ContextOverflowError, InvalidSettingError
   */
  async logitsIn(ids: readonly PromptItem[], position: number, from: number): Promise<Float32Array | null> {
    const history = this.kept();
    if (!Number.isInteger(position) || position < 0 || position >= ids.length) {
      throw new VitrineError("InvalidSettingError", `Position ${position} is outside of the ${ids.length} tokens.`);
    }
    const isKnown = (): boolean => history.has(position) && this.isCached(ids, position);
    if (!isKnown()) {
      if (this.busy) return null;
      await this.look((signal) => this.recompute(history, ids, Math.min(position, from), signal));
    }
    return history.logitsAt(position, isKnown);
  }

  /** Forgets cached tokens beyond `length`. */
  truncate(length: number): void {
    this.items.length = Math.min(this.items.length, length);
  }

  /** Takes `ids` for cached although nobody computed them: benchmarks of long contexts. */
  pretendCached(ids: readonly PromptItem[]): void {
    this.items = [...ids];
    this.history?.forget(0);
  }

  /** One user of the session's buffers at a time. @throws InvalidStateError */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy) throw new VitrineError("InvalidStateError", "This session is generating already; stop it first.");
    this.busy = true;
    try {
      this.model.gpu.assertAlive();
      const working = work();
      this.working = working;
      return await working;
    } finally {
      this.busy = false;
    }
  }

  /** @throws ContextOverflowError, InvalidSettingError */
  checkIds(ids: readonly PromptItem[]): void {
    const { vocabSize, hiddenSize } = this.model.spec;
    if (ids.length === 0)
      throw new VitrineError("InvalidSettingError", "There is nothing to continue: the prompt is empty.");
    if (ids.length > this.cache.capacity) {
      throw new VitrineError(
        "ContextOverflowError",
        `The prompt has ${ids.length} tokens, the context holds ${this.cache.capacity}. Shorten it or choose a larger context.`,
      );
    }
    for (const id of ids) {
      if (
        typeof id === "object" ? id.values.length === hiddenSize : Number.isInteger(id) && id >= 0 && id < vocabSize
      ) {
        continue;
      }
      throw new VitrineError(
        "InvalidSettingError",
        typeof id === "object"
          ? `An embedding row has ${id.values.length} values; this model has ${hiddenSize}.`
          : `Token id ${id} is outside the vocabulary of ${vocabSize}.`,
      );
    }
  }

  /**
   * Runs `ids` from an empty cache in chunks of at most `rows`, with `after` in the same pass, and hands each chunk's
   * position and size to `onChunk`.
   */
  runChunks(
    ids: readonly PromptItem[],
    from: number,
    rows: number,
    after: readonly Dispatch[],
    onChunk: (start: number, count: number) => Promise<void>,
  ): Promise<void> {
    return this.exclusively(async () => {
      this.checkIds(ids);
      this.items.length = from;
      this.history?.forget(from);
      const { prefillBlocks } = this.lists;
      for (let start = from; start < ids.length; start += rows) {
        const chunk = ids.slice(start, start + rows);
        this.writer.submitRows(start, chunk, [...prefillBlocks, after]);
        await onChunk(start, chunk.length);
        this.items.push(...chunk);
      }
    });
  }

  /**
   * Runs the last chunk of `ids` with `tap` called after the embedding (0) and each layer: what of it is not cached
   * before, the last row in any case.
   */
  runTapped(
    ids: readonly PromptItem[],
    tap: (encoder: GPUCommandEncoder, index: number, lastRow: number) => void,
  ): Promise<void> {
    return this.exclusively(async () => {
      this.checkIds(ids);
      const { prefillRows, finish } = this.forward;
      const { prefillBlocks } = this.lists;
      const cached = this.reusePrefix(ids, ids.length - 1);
      const start = Math.max(cached, ids.length - prefillRows);
      await this.prefillFrom(ids, cached, start, undefined, undefined);
      this.history?.forget(start);
      const chunk = ids.slice(start);
      this.writer.writeSampler(ids, DEFAULT_SAMPLING);
      this.writer.submitRows(start, chunk, []);
      const encoder = this.model.gpu.device.createCommandEncoder();
      tap(encoder, 0, chunk.length - 1);
      encodeTapped(encoder, [...prefillBlocks, finish], chunk.length, (index) => {
        if (index < prefillBlocks.length) tap(encoder, index + 1, chunk.length - 1);
      });
      this.model.gpu.device.queue.submit([encoder.finish()]);
      this.items.push(...chunk);
    });
  }

  private kept(): HiddenHistory {
    if (this.history !== null) return this.history;
    throw new VitrineError("InvalidStateError", "This session keeps no hidden rows.");
  }

  /** Whether the cache holds this text up to a position, as far as is known while more is being written. */
  private isCached(ids: readonly PromptItem[], position: number): boolean {
    if (this.writing === null) return this.sameAsCached(ids) > position;
    // The newest token has been drawn, and is being computed.
    const { ids: prompt, fresh } = this.writing;
    if (position >= prompt.length + fresh.length - 1) return false;
    for (let i = 0; i <= position; i++) {
      if (!sameItem(i < prompt.length ? prompt[i] : fresh[i - prompt.length], ids[i])) return false;
    }
    return true;
  }

  private sameAsCached(ids: readonly PromptItem[]): number {
    let same = 0;
    while (same < ids.length && same < this.items.length && sameItem(this.items[same], ids[same])) same++;
    return same;
  }

  /** Work that gives way to a generation. */
  private async look(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const looking = new AbortController();
    this.looking = looking;
    try {
      await this.exclusively(() => work(looking.signal));
    } finally {
      if (this.looking === looking) this.looking = null;
    }
  }

  /** Computes `ids` from the first row on that is missing at `from` or later; what was cached behind them stays. */
  private async recompute(
    history: HiddenHistory,
    ids: readonly PromptItem[],
    from: number,
    signal: AbortSignal,
  ): Promise<void> {
    this.checkIds(ids);
    const same = this.sameAsCached(ids);
    let start = Math.min(from, same);
    while (start < same && history.has(start)) start++;
    const behind = same === ids.length ? this.items.slice(same) : [];
    this.items.length = start;
    await this.prefillFrom(ids, start, ids.length, undefined, signal);
    if (this.items.length === ids.length) this.items.push(...behind);
  }

  private async decodeLoop(request: DecodeRequest): Promise<DecodeResult> {
    const { ids, maxNewTokens, signal } = request;
    this.checkIds(ids);
    if (typeof ids.at(-1) === "object") {
      throw new VitrineError("InvalidSettingError", "A prompt must end with a token, not with an image.");
    }
    checkSettings(request.sampling);
    const inFlight = Math.max(1, Math.min(MAX_IN_FLIGHT, Math.floor(request.tokensInFlight)));
    const started = performance.now();
    const fresh: number[] = [];
    if (maxNewTokens < 1) return { end: "max-tokens", ids: fresh, cachedTokens: 0, prefillMs: 0, decodeMs: 0 };
    const cachedTokens = this.reusePrefix(ids, ids.length - 1);
    this.writer.writeSampler(ids, request.sampling);
    await this.prefillFrom(ids, cachedTokens, ids.length - 1, request.onPrefill, signal);
    if (isAborted(signal)) return this.finishDecode("stopped", ids, fresh, cachedTokens, started, started);
    this.writer.writeStep(ids.length - 1, ids.slice(-1));
    this.writing = { ids, fresh };
    this.submitDecode(ids.length);
    let submitted = 1;
    let prefilled = 0;
    let end: DecodeEnd | null = null;
    try {
      while (end === null) {
        // Step n runs the token drawn by step n - 1, which takes position ids.length + n - 1.
        while (
          this.queue.inFlight < inFlight &&
          submitted < maxNewTokens &&
          ids.length + submitted <= this.cache.capacity
        ) {
          this.submitDecode(ids.length + submitted);
          submitted++;
        }
        const drawn = await this.queue.take();
        if (prefilled === 0) {
          prefilled = performance.now();
          request.onPrefill?.(ids.length, ids.length);
        }
        if (drawn.nonFinite) throw nonFinite(drawn.position);
        // The step ran the token before the one it drew.
        const ran = fresh.at(-1) ?? ids.at(-1);
        if (ran !== undefined) this.items.push(ran);
        fresh.push(drawn.token);
        if (request.onToken(drawn.token, drawn.logProbability)) end = "ended";
        else if (isAborted(signal)) end = "stopped";
        else if (fresh.length >= maxNewTokens) end = "max-tokens";
        else if (this.queue.inFlight === 0 && ids.length + submitted > this.cache.capacity) end = "capacity";
      }
    } finally {
      await this.queue.drain();
      this.writing = null;
      this.items = [...ids, ...fresh.slice(0, -1)].slice(0, this.cache.capacity);
    }
    return this.finishDecode(end, ids, fresh, cachedTokens, started, prefilled);
  }

  private finishDecode(
    end: DecodeEnd,
    ids: readonly PromptItem[],
    fresh: readonly number[],
    cachedTokens: number,
    started: number,
    prefilled: number,
  ): DecodeResult {
    if (fresh.length === 0) this.items = ids.slice(0, this.items.length);
    const now = performance.now();
    return { end, ids: fresh, cachedTokens, prefillMs: prefilled - started, decodeMs: now - prefilled };
  }

  /** One decode step, after which the cache holds `length` tokens. */
  private submitDecode(length: number): void {
    const { decode, decodeLong } = this.lists;
    const list = decodeLong !== null && length > decodeLong.beyond ? decodeLong.dispatches : decode;
    this.queue.submitDraw([list], 1, length, (encoder) => this.history?.keepOne(encoder, length - 1));
  }

  /** Keeps the cached tokens that `ids` begins with, at most `limit`, and says how many. */
  private reusePrefix(ids: readonly PromptItem[], limit: number): number {
    const same = Math.min(limit, this.sameAsCached(ids));
    this.items.length = same;
    return same;
  }

  /** Runs ids[from, to) in chunks. After each the worker may answer others, and `items` says what is cached. */
  private async prefillFrom(
    ids: readonly PromptItem[],
    from: number,
    to: number,
    onPrefill: DecodeRequest["onPrefill"],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { prefillRows } = this.forward;
    const { prefillBlocks } = this.lists;
    for (let start = from; start < to; start += prefillRows) {
      if (isAborted(signal)) return;
      const chunk = ids.slice(start, Math.min(to, start + prefillRows));
      const { history } = this;
      const lists = history === null ? prefillBlocks : [...prefillBlocks, [history.normRows]];
      this.writer.submitRows(start, chunk, lists, (encoder) => history?.keepRows(encoder, start, chunk.length));
      await this.queue.finish();
      this.items.push(...chunk);
      onPrefill?.(start + chunk.length, ids.length);
    }
  }
}

/** A call, because the flag changes while the loop awaits. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false;
}

function nonFinite(position: number): VitrineError {
  return new VitrineError(
    "NonFiniteLogitsError",
    `The model produced a value that is not a number at position ${position}; generation stopped. ` +
      "The file may be damaged, or its weights overflow; try another level.",
  );
}
