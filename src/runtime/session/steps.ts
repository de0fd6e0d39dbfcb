/** Runs items through the model into one cache, in chunks or token by token, and knows what the cache holds. */
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import type { Dispatch } from "../gpu/dispatch";
import type { Forward, ForwardLists } from "../model/forward";
import type { KvCache } from "../model/kvCache";
import type { Model } from "../model/model";
import type { AttentionWatch } from "./attentionWatch";
import { CachedItems } from "./cachedItems";
import type { HiddenHistory } from "./hiddenHistory";
import { checkItems, type PromptItem } from "./promptItems";
import { encodeTapped, type StepQueue } from "./stepQueue";
import { StepWriter } from "./stepWriter";

/** Told after each chunk how many items are done, and of how many. */
export type OnPrefill = (doneTokens: number, totalTokens: number) => void;

export interface PrefillRange {
  readonly from: number;
  readonly to: number;
  readonly onPrefill?: OnPrefill | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Steps {
  readonly cached = new CachedItems();
  /** Rows after the final norm, while they are kept. */
  history: HiddenHistory | null = null;
  /** Queries beside the cache, while someone looks at attention. */
  watch: AttentionWatch | null = null;
  private readonly writer: StepWriter;

  constructor(
    readonly model: Model,
    readonly cache: KvCache,
    readonly forward: Forward,
    readonly queue: StepQueue,
  ) {
    this.writer = new StepWriter(model.gpu, forward, queue);
  }

  /** @throws ContextOverflowError, InvalidSettingError */
  check(ids: readonly PromptItem[]): void {
    checkItems(ids, this.model.spec, this.cache.capacity);
  }

  /** Runs ids[from, to) in chunks. After each the worker may answer others, and `cached` says what is there. */
  async prefill(ids: readonly PromptItem[], range: PrefillRange): Promise<void> {
    const { to, onPrefill, signal } = range;
    const { prefillRows } = this.forward;
    const { prefillBlocks } = this.lists;
    for (let start = range.from; start < to; start += prefillRows) {
      if (isAborted(signal)) return;
      const chunk = ids.slice(start, Math.min(to, start + prefillRows));
      const { history } = this;
      const lists = history === null ? prefillBlocks : [...prefillBlocks, [history.normRows]];
      this.writer.submitRows(start, chunk, lists, (encoder) => history?.keepRows(encoder, start, chunk.length));
      await this.queue.finish();
      this.cached.add(chunk);
      onPrefill?.(start + chunk.length, ids.length);
    }
  }

  /** Runs what the cache lacks of `ids`. @throws ContextOverflowError, InvalidSettingError */
  async hold(ids: readonly PromptItem[], signal?: AbortSignal): Promise<void> {
    this.check(ids);
    await this.prefill(ids, { from: this.cached.keepPrefix(ids, ids.length), to: ids.length, signal });
  }

  /** Has the next decode step run the last of `ids`, and the draws after it know those before. */
  writeDraw(ids: readonly PromptItem[], sampling: SamplingSettings): void {
    this.writer.writeSampler(ids, sampling);
    this.writer.writeStep(ids.length - 1, ids.slice(-1));
  }

  /** One decode step, after which the cache holds `length` tokens. */
  submitDecode(length: number): void {
    const { decode, decodeLong } = this.lists;
    const list = decodeLong !== null && length > decodeLong.beyond ? decodeLong.dispatches : decode;
    this.queue.submitDraw([list], 1, length, (encoder) => this.history?.keepOne(encoder, length - 1));
  }

  /**
   * Runs ids[from, ...) in chunks of at most `rows`, with `after` in the same pass, and hands each chunk's position and
   * size to `onChunk`.
   */
  async runChunks(
    ids: readonly PromptItem[],
    from: number,
    rows: number,
    after: readonly Dispatch[],
    onChunk: (start: number, count: number) => Promise<void>,
  ): Promise<void> {
    this.check(ids);
    this.cached.truncate(from);
    this.history?.forget(from);
    const { prefillBlocks } = this.lists;
    for (let start = from; start < ids.length; start += rows) {
      const chunk = ids.slice(start, start + rows);
      this.writer.submitRows(start, chunk, [...prefillBlocks, after]);
      await onChunk(start, chunk.length);
      this.cached.add(chunk);
    }
  }

  /**
   * Runs the last chunk of `ids` with `tap` called after the embedding (0) and each layer: what of it is not cached
   * before, the last row in any case.
   */
  async runTapped(
    ids: readonly PromptItem[],
    tap: (encoder: GPUCommandEncoder, index: number, lastRow: number) => void,
  ): Promise<void> {
    this.check(ids);
    const { prefillRows, finish } = this.forward;
    const { prefillBlocks } = this.lists;
    const { device } = this.model.gpu;
    const cached = this.cached.keepPrefix(ids, ids.length - 1);
    const start = Math.max(cached, ids.length - prefillRows);
    await this.prefill(ids, { from: cached, to: start });
    this.history?.forget(start);
    const chunk = ids.slice(start);
    this.writer.writeSampler(ids, DEFAULT_SAMPLING);
    this.writer.submitRows(start, chunk, []);
    const encoder = device.createCommandEncoder();
    tap(encoder, 0, chunk.length - 1);
    encodeTapped(encoder, [...prefillBlocks, finish], chunk.length, (index) => {
      if (index < prefillBlocks.length) tap(encoder, index + 1, chunk.length - 1);
    });
    device.queue.submit([encoder.finish()]);
    this.cached.add(chunk);
  }

  /** Computes `ids` from the first row on that is not kept at `from` or later; what was cached behind them stays. */
  async keepRows(ids: readonly PromptItem[], from: number, signal: AbortSignal): Promise<void> {
    this.check(ids);
    const { cached, history } = this;
    const same = cached.sameAs(ids);
    let start = Math.min(from, same);
    while (start < same && history?.has(start) === true) start++;
    const behind = same === ids.length ? cached.all.slice(same) : [];
    cached.truncate(start);
    await this.prefill(ids, { from: start, to: ids.length, signal });
    if (cached.length === ids.length) cached.add(behind);
  }

  private get lists(): ForwardLists {
    return this.watch?.lists ?? this.forward;
  }
}

/** A call, because the flag changes while a loop awaits. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false;
}
