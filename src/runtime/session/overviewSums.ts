/** The overview's sums on the GPU: which tokens they hold, and how they follow a text that grows or changes. */
import { inductionTarget, OVERVIEW_CELLS } from "../../shared/attentionMap";
import type { Gpu } from "../gpu/device";
import { type Dispatch, submitDispatches } from "../gpu/dispatch";
import { NO_TARGET } from "../kernels/attentionOverview";
import { type PromptItem, sameItem } from "./promptItems";
import type { WatchedLayers } from "./watchedLayers";

/** Rows reduced in one go, and weights of all heads in one submit: long prompts must not hold the GPU for seconds. */
const ROWS_AT_ONCE = 1024;
const WEIGHTS_PER_SUBMIT = 2 ** 26;

export class OverviewSums {
  /** Tokens that the sums hold. */
  private seen: PromptItem[] = [];
  /** Induction target of each row seen. */
  private targets: (number | null)[] = [];
  /** log2 of tokens per cell */
  private shiftBits = 0;
  private changes = 1;

  constructor(
    private readonly gpu: Gpu,
    private readonly watched: WatchedLayers,
  ) {}

  get items(): readonly PromptItem[] {
    return this.seen;
  }

  get shift(): number {
    return this.shiftBits;
  }

  /** Another number when cells read before no longer hold what they did. */
  get epoch(): number {
    return this.changes;
  }

  /** Rows whose token occurred before, so that induction is defined. */
  get inductionRows(): number {
    return this.targets.filter((target) => target !== null).length;
  }

  /** Makes the sums hold exactly `items`. */
  catchUp(items: readonly PromptItem[]): void {
    let same = 0;
    while (same < this.seen.length && same < items.length && sameItem(this.seen[same], items[same])) same++;
    if (same < this.seen.length) this.forget(same);
    if (this.seen.length === items.length) return;
    if (this.seen.length === 0) this.shiftBits = shiftFor(items.length);
    this.lookUpTargets(items);
    while (this.seen.length < items.length) {
      const full = OVERVIEW_CELLS << this.shiftBits;
      if (this.seen.length === full) {
        this.submit(
          this.watched.layers.map(({ fold }) => fold),
          1,
        );
        this.shiftBits++;
        this.changes++;
        continue;
      }
      const first = this.seen.length;
      const end = Math.min(items.length, full, first + ROWS_AT_ONCE);
      this.gpu.device.queue.writeBuffer(this.watched.buffers.scan, 0, Uint32Array.of(first, end, this.shiftBits, 0));
      this.reduce(first, end);
      this.seen.push(...items.slice(first, end));
    }
  }

  /** All heads at rows [first, end), in as many submits as that takes. */
  private reduce(first: number, end: number): void {
    const cellRows = ((end - 1) >> this.shiftBits) - (first >> this.shiftBits) + 1;
    let due: Dispatch[] = [];
    let weights = 0;
    for (const { attention, overview } of this.watched.layers) {
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
    const isCoarse = this.shiftBits > 0 && length <= (OVERVIEW_CELLS / 2) << this.shiftBits;
    this.seen.length = isCoarse ? 0 : (length >> this.shiftBits) << this.shiftBits;
    this.targets.length = this.seen.length;
    this.changes++;
  }

  private lookUpTargets(items: readonly PromptItem[]): void {
    const from = this.seen.length;
    const latest = new Map<number, number>();
    for (const [row, item] of items.entries()) {
      if (row >= from) this.targets.push(typeof item === "number" ? inductionTarget(latest, item, row) : null);
      if (typeof item === "number") latest.set(item, row);
    }
    const words = Uint32Array.from(this.targets.slice(from), (target) => target ?? NO_TARGET);
    this.gpu.device.queue.writeBuffer(this.watched.buffers.targets, from * 4, words);
  }

  private submit(dispatches: readonly Dispatch[], rows: number): void {
    submitDispatches(this.gpu, "attention overview", dispatches, rows);
  }
}

/** The finest cells in which `length` tokens fit. */
function shiftFor(length: number): number {
  return Math.max(0, Math.ceil(Math.log2(length / OVERVIEW_CELLS)));
}
