/**
 * A reference and levels of the same weights over one text. Where both fit on the GPU one level at a time stands beside
 * the reference; where they do not, the reference reads some windows and goes, and the levels follow one by one against
 * the logits that it left.
 */
import type { ComparedModel, ComparisonResult, Contender } from "../../shared/comparison";
import { isErrorNamed, VitrineError } from "../../shared/errors";
import type { KvPrecision } from "../../shared/protocol";
import { bitsPerWeight, QUANT_FORMATS } from "../../shared/quant";
import { type ComparedChoice, cacheOf, splitChoice, splitCompared, splitWeights } from "../../shared/recipes";
import { otherChoice } from "../model/kernelChoice";
import type { Model } from "../model/model";
import { type ComparedText, readComparedText } from "./comparedText";
import type { BorrowedModel, ComparisonQuestion, ComparisonSetting } from "./comparisonSetting";
import { decodeSpeed } from "./decodeSpeed";
import { InsideLook } from "./insideLook";
import { KeptLogits } from "./keptLogits";
import { PairScorer } from "./pairScorer";
import { scoredCount, type TextWindow } from "./textWindows";
import { WindowTally } from "./windowTally";

/** Rounding is the same everywhere in a text: so many tokens tell the floor. */
const FLOOR_TOKENS = 256;

/** @throws InvalidSettingError for a text too short or a picture in it; any error of loading a model */
export async function compareLevels(
  request: ComparisonQuestion,
  setting: ComparisonSetting,
): Promise<ComparisonResult> {
  const reference = new HeldModel(request.reference, setting);
  const opened = await reference.open();
  try {
    const text = readComparedText(opened.opened, request, setting.onEvent);
    return await new Comparing(request, setting, reference, text).run();
  } finally {
    reference.letGo();
  }
}

/** The reference, which may be let go and opened again. */
class HeldModel {
  private borrowed: BorrowedModel | null = null;

  constructor(
    private readonly choice: ComparedChoice,
    private readonly setting: ComparisonSetting,
  ) {}

  async open(): Promise<BorrowedModel> {
    this.borrowed ??= await borrow(this.choice, this.setting);
    return this.borrowed;
  }

  /** It is the chat's own model, which nobody but the chat lets go. */
  get staysOpen(): boolean {
    return this.borrowed?.ownBytes === 0;
  }

  get ownBytes(): number {
    return this.borrowed?.ownBytes ?? 0;
  }

  letGo(): void {
    this.borrowed?.release();
    this.borrowed = null;
  }
}

function borrow(level: ComparedChoice, { borrow, onEvent }: ComparisonSetting): Promise<BorrowedModel> {
  return borrow(level, (doneBytes, totalBytes) => onEvent({ kind: "loading", level, doneBytes, totalBytes }));
}

class Comparing {
  private readonly tallies: ReadonlyMap<ComparedChoice, WindowTally>;
  private readonly floor: WindowTally | null;
  private readonly described = new Map<ComparedChoice, ComparedModel>();
  private scratchBytes = 0;
  /** On the GPU for others than this run. */
  private othersBytes = 0;
  private readonly inside: InsideLook;

  constructor(
    private readonly request: ComparisonQuestion,
    private readonly setting: ComparisonSetting,
    private readonly reference: HeldModel,
    private readonly text: ComparedText,
  ) {
    this.inside = new InsideLook(request, setting, text);
    const all = scoredCount(text.windows, text.plan);
    const tally = (contender: Contender, tokens: number) => new WindowTally(contender, tokens, request.until);
    this.tallies = new Map(request.levels.map((level) => [level, tally(level, all)]));
    this.floor = request.measureFloor ? tally("floor", Math.min(FLOOR_TOKENS, all)) : null;
  }

  async run(): Promise<ComparisonResult> {
    const { setting, request } = this;
    const { gpu } = (await this.reference.open()).opened.model;
    this.othersBytes = gpu.allocatedBytes - this.reference.ownBytes;
    const isDone = (await this.fits()) && (await this.besideReference());
    if (!isDone) await this.inTurns();
    const scoringMs = [this.floor, ...this.tallies.values()].reduce((sum, tally) => sum + (tally?.elapsedMs ?? 0), 0);
    if (!this.described.has(request.reference)) {
      const { model } = (await this.reference.open()).opened;
      await this.measured(model, 0, () => this.describe(request.reference, model));
    }
    return {
      end: setting.signal.aborted ? "stopped" : "done",
      reference: { ...(this.described.get(request.reference) as ComparedModel), scoringMs },
      levels: request.levels.flatMap((level) => this.levelOf(level) ?? []),
      scratchBytes: this.scratchBytes,
    };
  }

  private levelOf(level: ComparedChoice): ComparedModel | undefined {
    const found = this.described.get(level);
    return found === undefined ? undefined : { ...found, scoringMs: this.tallies.get(level)?.elapsedMs ?? 0 };
  }

  /** By arithmetic, with the reference open; where no budget is known the first refusal tells. */
  private async fits(): Promise<boolean> {
    const { budgetBytes } = this.setting;
    const { model } = (await this.reference.open()).opened;
    if (budgetBytes === null) return true;
    const others = this.request.levels.filter((level) => !isSameWeights(level, this.request.reference));
    const largest = Math.max(0, ...others.map((level) => levelBytes(level, model)));
    return model.gpu.allocatedBytes + largest + Math.min(this.keptBytes(model), this.setting.keptBytes) <= budgetBytes;
  }

  private keptBytes({ spec }: Model): number {
    return KeptLogits.bytesOf(this.text.windows, this.text.plan, spec.vocabSize);
  }

  /** @returns false: a level had no room beside the reference, and those that are not over are to be taken in turns */
  private async besideReference(): Promise<boolean> {
    const { request, setting } = this;
    const { windows, plan } = this.text;
    const { opened } = await this.reference.open();
    const isKept = this.keptBytes(opened.model) <= setting.keptBytes;
    const kept = isKept ? await KeptLogits.create(opened.model, plan, cacheOf(request.reference)) : null;
    try {
      await this.measured(opened.model, 0, () => this.scoreFloor(opened.model, kept, windows));
      for (const level of request.levels) {
        if (setting.signal.aborted) break;
        // Another cache over the same weights needs no second copy of them.
        const isSame = isSameWeights(level, request.reference);
        try {
          const borrowed = isSame ? { opened, release: () => {}, ownBytes: 0 } : await borrow(level, setting);
          const { model } = borrowed.opened;
          try {
            await this.measured(model, borrowed.ownBytes, async () => {
              await this.score(level, model, opened.model, kept, windows);
              await this.inside.look(level, model, opened.model);
              await this.describe(level, model);
            });
          } finally {
            borrowed.release();
          }
        } catch (error) {
          const isWhole = isSame || this.tallies.get(level)?.scored !== 0;
          if (isWhole || !isErrorNamed(error, "OutOfMemoryError")) throw error;
          return false;
        }
      }
      return true;
    } finally {
      await kept?.close();
    }
  }

  /** Each model by itself: as many windows at a time as may be kept of the reference. */
  private async inTurns(): Promise<void> {
    const { request, setting, tallies } = this;
    const { windows } = this.text;
    const { model } = (await this.reference.open()).opened;
    const windowBytes = this.keptBytes(model) / windows.length;
    const atATime = Math.max(1, Math.floor(setting.keptBytes / windowBytes));
    const [windowsAtATime, ofWindows] = [Math.min(atATime, windows.length), windows.length];
    const referenceStays = this.reference.staysOpen;
    setting.onEvent({ kind: "turns", windowsAtATime, ofWindows, referenceStays });
    for (let at = 0; at < windows.length && !setting.signal.aborted; at += atATime) {
      const batch = windows.slice(at, at + atATime);
      const waiting = request.levels.filter((level) => tallies.get(level)?.isOver === false);
      if (waiting.length === 0) return;
      const kept = await this.leaveLogits(at, batch);
      try {
        for (const level of waiting) {
          if (setting.signal.aborted) return;
          const { opened, release, ownBytes } = await this.borrowAlone(level, referenceStays);
          const { model } = opened;
          try {
            await this.measured(model, ownBytes, async () => {
              await this.score(level, model, null, kept, batch);
              if (this.described.has(level)) return;
              await this.inside.look(level, model, null);
              await this.describe(level, model);
            });
          } finally {
            release();
          }
        }
      } finally {
        await kept.close();
      }
    }
  }

  private async borrowAlone(level: ComparedChoice, referenceStays: boolean): Promise<BorrowedModel> {
    try {
      return await borrow(level, this.setting);
    } catch (error) {
      if (!referenceStays || !isErrorNamed(error, "OutOfMemoryError")) throw error;
      throw new VitrineError(
        "OutOfMemoryError",
        `There is no room for ${level} beside the chat's own model, which is the reference and stays open. Open the chat's model at a smaller level: then the reference is read from its files and lets go of its room.`,
      );
    }
  }

  /** Has the reference read these windows and go. What else needs it is done the first time. */
  private async leaveLogits(at: number, batch: readonly TextWindow[]): Promise<KeptLogits> {
    const { request } = this;
    const { onEvent, passed, signal } = this.setting;
    const { windows } = this.text;
    const { model } = (await this.reference.open()).opened;
    const kept = await KeptLogits.create(model, this.text.plan, cacheOf(request.reference));
    try {
      await this.measured(model, 0, async () => {
        await this.scoreFloor(model, kept, batch);
        for (const [index, window] of batch.entries()) {
          await passed();
          if (signal.aborted) break;
          await kept.begin(window);
          onEvent({ kind: "reading", level: request.reference, done: at + index + 1, ofWindows: windows.length });
        }
        await kept.letGo();
        await this.inside.readReference(model);
        if (!this.described.has(request.reference)) await this.describe(request.reference, model);
      });
      return kept;
    } catch (error) {
      await kept.close();
      throw error;
    } finally {
      this.reference.letGo();
    }
  }

  /** @param ownBytes of a level that is open beside the reference */
  private async measured({ gpu }: Model, ownBytes: number, work: () => Promise<void>): Promise<void> {
    gpu.markHighest();
    try {
      await work();
    } finally {
      const others = this.othersBytes + this.reference.ownBytes + ownBytes;
      this.scratchBytes = Math.max(this.scratchBytes, gpu.highestBytes - others);
    }
  }

  private async scoreFloor(model: Model, kept: KeptLogits | null, windows: readonly TextWindow[]): Promise<void> {
    const { floor, request } = this;
    if (floor === null || floor.isOver || this.setting.signal.aborted) return;
    const other = model.withKernels(otherChoice(model.choice));
    await this.scoreOn(floor, other, cacheOf(request.reference), model, kept, windows);
  }

  private async score(
    level: ComparedChoice,
    model: Model,
    reference: Model | null,
    kept: KeptLogits | null,
    windows: readonly TextWindow[],
  ): Promise<void> {
    const tally = this.tallies.get(level);
    if (tally !== undefined) await this.scoreOn(tally, model, cacheOf(level), reference, kept, windows);
  }

  /** @param reference where nothing is kept of it */
  private async scoreOn(
    tally: WindowTally,
    model: Model,
    cache: KvPrecision,
    reference: Model | null,
    kept: KeptLogits | null,
    windows: readonly TextWindow[],
  ): Promise<void> {
    const { plan } = this.text;
    const caches = [cacheOf(this.request.reference), cache] as const;
    const scorer =
      kept === null
        ? await PairScorer.create(reference as Model, model, plan.window, caches)
        : await PairScorer.against(kept, model, plan.window, cache);
    try {
      await tally.score(scorer, windows, plan, this.setting);
    } finally {
      await scorer.close();
    }
  }

  private async describe(level: ComparedChoice, model: Model): Promise<void> {
    const ids = this.text.windows[0]?.ids ?? [];
    const tokensPerSecond = this.setting.signal.aborted ? null : await decodeSpeed(model, ids);
    this.described.set(level, { level, weightBytes: model.weights.bytesByFormat, scoringMs: 0, tokensPerSecond });
  }
}

function isSameWeights(a: ComparedChoice, b: ComparedChoice): boolean {
  return splitCompared(a).weights === splitCompared(b).weights;
}

/** About what a level takes, by the parameters of the reference; what a recipe keeps finer is left out. */
function levelBytes(choice: ComparedChoice, { weights, gpuBytes }: Model): number {
  const compared = splitCompared(choice).weights;
  // What another file holds is told by the first refusal.
  const { level } = splitChoice(splitWeights(compared).choice);
  return level === "stored" ? gpuBytes : (weights.parameters * bitsPerWeight(QUANT_FORMATS[level])) / 8;
}
