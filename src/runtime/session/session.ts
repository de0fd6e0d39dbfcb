/** Tokens in, tokens out: one conversation's cache on a model, with prefix reuse, several steps in flight, and forks. */
import { VitrineError } from "../../shared/errors";
import type { HeadFactor } from "../../shared/inspection";
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import type { Dispatch } from "../gpu/dispatch";
import { type Forward, prepareForward } from "../model/forward";
import { writeHeadScales } from "../model/headScales";
import { checkCapacity, defaultCapacity, KvCache } from "../model/kvCache";
import type { Model } from "../model/model";
import { AttentionWatch } from "./attentionWatch";
import { type DecodeRequest, type DecodeResult, decodeLoop } from "./decodeLoop";
import { HiddenHistory } from "./hiddenHistory";
import type { PromptItem } from "./promptItems";
import { StepQueue } from "./stepQueue";
import { Steps } from "./steps";
import { Turns } from "./turns";

export interface SessionOptions {
  /** Tokens the cache holds; null: what fits, at most the model's context. */
  readonly capacity: number | null;
  readonly precision: KvPrecision;
  /** Rows of one prefill step; bounds scratch memory and how long one submit takes. */
  readonly prefillRows?: number;
  /** Keep rows after the final norm, so that `logitsAt` can answer: hidden size x 4 bytes for each token. */
  readonly keepHidden?: boolean;
}

/** Prompts of up to this many tokens go in one submit on a GPU; software adapters get shorter ones. */
const PREFILL_ROWS = 256;
const PREFILL_ROWS_SOFTWARE = 64;

export class Session {
  private readonly steps: Steps;
  private readonly turns: Turns;
  private headFactors: readonly HeadFactor[] = [];

  private constructor(
    readonly model: Model,
    private readonly scope: BufferScope,
    readonly cache: KvCache,
    readonly forward: Forward,
    readonly queue: StepQueue,
  ) {
    this.steps = new Steps(model, cache, forward, queue);
    this.turns = new Turns(model.gpu);
  }

  /** @throws OutOfMemoryError, InvalidSettingError */
  static async create(model: Model, options: SessionOptions): Promise<Session> {
    const { gpu, spec } = model;
    const capacity = options.capacity ?? defaultCapacity(gpu, spec, options.precision);
    checkCapacity(gpu, spec, capacity, options.precision);
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

  /** Tokens whose keys and values are in the cache and belong to the conversation. */
  get length(): number {
    return this.steps.cached.length;
  }

  get cachedItems(): readonly PromptItem[] {
    return this.steps.cached.all;
  }

  get gpuBytes(): number {
    const { history, watch } = this.steps;
    return this.scope.sizeBytes + (history?.gpuBytes ?? 0) + (watch?.gpuBytes ?? 0);
  }

  get isBusy(): boolean {
    return this.turns.isBusy;
  }

  /** What can be asked about attention; null while nobody looks. */
  get attention(): AttentionWatch | null {
    return this.steps.watch;
  }

  /**
   * Prefills what the cache lacks of `ids` and draws tokens until something ends it. Which tokens come, the cache
   * length afterwards and the next turn do not depend on `tokensInFlight`. Ends what only serves someone who looks.
   * @throws ContextOverflowError, InvalidSettingError, NonFiniteLogitsError, DeviceLostError
   */
  async generate(request: DecodeRequest): Promise<DecodeResult> {
    await this.turns.endLook();
    return this.turns.take(() => decodeLoop(this.steps, request));
  }

  /** Has the cache hold `ids` and nothing else. @throws ContextOverflowError, InvalidSettingError */
  async prefill(ids: readonly PromptItem[]): Promise<void> {
    await this.turns.take(() => this.steps.hold(ids));
  }

  /** Has the cache hold `ids`, unless a generation is under way or comes in between. @throws ContextOverflowError */
  async show(ids: readonly PromptItem[]): Promise<void> {
    if (this.isBusy || this.steps.cached.sameAs(ids) === ids.length) return;
    await this.turns.look((signal) => this.steps.hold(ids, signal));
  }

  /** Another session that goes on from the same cached tokens. */
  async fork(): Promise<Session> {
    const { capacity, precision } = this.cache;
    const { prefillRows } = this.forward;
    const { history, cached } = this.steps;
    const copy = await Session.create(this.model, { capacity, precision, prefillRows, keepHidden: history !== null });
    if (history !== null) copy.steps.history?.copyFrom(history);
    await copy.scaleHeads(this.headFactors);
    copy.cache.copyFrom(this.model.gpu, this.cache);
    copy.steps.cached.replace(cached.all);
    return copy;
  }

  /** Forgets cached tokens beyond `length`. */
  truncate(length: number): void {
    this.steps.cached.truncate(length);
  }

  /** Takes `ids` for cached although nobody computed them: benchmarks of long contexts. */
  pretendCached(ids: readonly PromptItem[]): void {
    this.steps.cached.replace(ids);
    this.steps.history?.forget(0);
  }

  /**
   * Multiplies what heads hand to the output projection: 0 switches a head off, 1 leaves it as it is; heads that are not
   * named get 1. What is cached was computed under other factors and is forgotten.
   * @throws InvalidSettingError, InvalidStateError while generating
   */
  async scaleHeads(factors: readonly HeadFactor[]): Promise<void> {
    await this.turns.take(async () => {
      writeHeadScales(this.model.gpu, this.forward.buffers.headScales, this.model.spec, factors);
      this.headFactors = factors;
      this.steps.cached.truncate(0);
    });
  }

  /** Keeps rows after the final norm of what is computed from now on, also of an answer under way; or frees them. */
  async keepHidden(isOn: boolean): Promise<void> {
    const { steps } = this;
    if (isOn === (steps.history !== null)) return;
    const before = steps.history;
    steps.history = null;
    if (before !== null) await before.close();
    if (!isOn) return;
    const history = await HiddenHistory.create(this.model, this.forward, this.cache.capacity);
    if (steps.history === null) steps.history = history;
    else await history.close();
  }

  /**
   * On: keeps the queries of every token from now on, and runs what is cached once more for its own. Off: forgets them,
   * and steps cost what they cost before. Waits for an answer under way, whose earlier rows would be missing.
   * @throws UnsupportedModelError naming what cannot be shown, OutOfMemoryError
   */
  async inspect(on: boolean): Promise<void> {
    const { steps } = this;
    while (this.isBusy) await this.turns.settled();
    if (on === (steps.watch !== null)) return;
    if (!on) {
      const { watch } = steps;
      steps.watch = null;
      await watch?.close();
      return;
    }
    await this.turns.look(async (signal) => {
      steps.watch = await AttentionWatch.create(this.model, this.cache, this.forward);
      const ids = steps.cached.all;
      steps.cached.replace([]);
      await steps.prefill(ids, { from: 0, to: ids.length, signal });
    });
  }

  /**
   * The model's own logits [V] after the token at a cached position: what it thought would come next.
   * @throws InvalidStateError without `keepHidden`, InvalidSettingError outside the cache
   */
  async logitsAt(position: number): Promise<Float32Array> {
    const history = this.kept();
    if (!Number.isInteger(position) || position < 0 || position >= this.length) {
      const among = `among the ${this.length} cached tokens`;
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
    const isKnown = (): boolean => history.has(position) && this.steps.cached.holds(ids, position);
    if (!isKnown()) {
      if (this.isBusy) return null;
      await this.turns.look((signal) => this.steps.keepRows(ids, Math.min(position, from), signal));
    }
    return history.logitsAt(position, isKnown);
  }

  /** See `Steps.runChunks`. @throws ContextOverflowError, InvalidSettingError, InvalidStateError */
  runChunks(
    ids: readonly PromptItem[],
    from: number,
    rows: number,
    after: readonly Dispatch[],
    onChunk: (start: number, count: number) => Promise<void>,
  ): Promise<void> {
    return this.turns.take(() => this.steps.runChunks(ids, from, rows, after, onChunk));
  }

  /** See `Steps.runTapped`. @throws ContextOverflowError, InvalidSettingError, InvalidStateError */
  runTapped(
    ids: readonly PromptItem[],
    tap: (encoder: GPUCommandEncoder, index: number, lastRow: number) => void,
  ): Promise<void> {
    return this.turns.take(() => this.steps.runTapped(ids, tap));
  }

  /** Waits for the work under way (end it by its signal), then frees the GPU buffers. */
  async close(): Promise<void> {
    await this.turns.endLook();
    await this.turns.settled();
    await this.queue.drain();
    await this.keepHidden(false);
    await this.steps.watch?.close();
    this.scope.destroy();
  }

  private kept(): HiddenHistory {
    if (this.steps.history !== null) return this.steps.history;
    throw new VitrineError("InvalidStateError", "This session keeps no hidden rows.");
  }
}
