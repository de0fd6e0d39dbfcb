/**
 * Two models on the same tokens, in lockstep: each chunk of a window goes through both, their logits meet on the GPU,
 * and only a few numbers of each row come back. Beyond the models it holds two caches of one window and the logits of
 * one chunk of each: O(window + chunk x vocabulary).
 */
import { COMPARED_TOP, type TokenScores } from "../../shared/comparison";
import { VitrineError } from "../../shared/errors";
import { withRoom } from "../../shared/growingScores";
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import type { Dispatch } from "../gpu/dispatch";
import { readBuffer } from "../gpu/readback";
import { compareRows, SCORE_NUMBERS, scoreBytes, topBytes } from "../kernels/compareRows";
import type { Model } from "../model/model";
import type { KeptLogits } from "./keptLogits";
import { ModelRows, type WindowLogits } from "./modelRows";
import type { TextWindow } from "./textWindows";

interface ReadBack {
  /** [rows] ids that follow each row */
  readonly next: GPUBuffer;
  readonly scores: GPUBuffer;
  readonly tops: GPUBuffer;
}

export class PairScorer {
  private constructor(
    private readonly scope: BufferScope,
    private readonly reference: WindowLogits,
    private readonly level: ModelRows,
    private readonly rows: number,
    private readonly top: number,
    private readonly buffers: ReadBack,
    private readonly compare: Dispatch,
    /** Whether `close` closes it. */
    private readonly ownsReference: boolean,
  ) {}

  /**
   * Both models at a time.
   * @param window most tokens of a window
   * @throws InvalidSettingError when the vocabularies differ, OutOfMemoryError
   */
  static async create(
    reference: Model,
    level: Model,
    window: number,
    caches: readonly [reference: KvPrecision, level: KvPrecision] = ["f32", "f32"],
  ): Promise<PairScorer> {
    const rows = await ModelRows.create(reference, window, caches[0]);
    try {
      return await PairScorer.beside(rows, level, window, caches[1], true);
    } catch (error) {
      await rows.close();
      throw error;
    }
  }

  /**
   * One model, against the logits that another one left.
   * @throws InvalidSettingError when the vocabularies differ, OutOfMemoryError
   */
  static against(reference: KeptLogits, level: Model, window: number, cache: KvPrecision = "f32"): Promise<PairScorer> {
    return PairScorer.beside(reference, level, window, cache, false);
  }

  private static async beside(
    reference: WindowLogits,
    model: Model,
    window: number,
    cache: KvPrecision,
    ownsReference: boolean,
  ): Promise<PairScorer> {
    const { gpu, spec } = model;
    const { vocabSize } = reference;
    if (spec.vocabSize !== vocabSize) {
      throw new VitrineError(
        "InvalidSettingError",
        `Vocabularies of ${vocabSize} and ${spec.vocabSize} tokens cannot be compared.`,
      );
    }
    const level = await ModelRows.create(model, window, cache);
    const scope = new BufferScope(gpu);
    try {
      const rows = Math.min(reference.rows, level.rows);
      const top = Math.min(COMPARED_TOP, vocabSize);
      const next = scope.storage("next tokens", rows * 4);
      const scores = scope.storage("scores", scoreBytes(rows));
      const tops = scope.storage("likely tokens", topBytes(rows, top));
      const compare = await compareRows(gpu, {
        vocabSize,
        top,
        step: level.session.forward.buffers.step,
        reference: reference.logits,
        level: level.logits,
        nextTokens: next,
        scores,
        tops,
        variant: model.choice.sample,
      });
      return new PairScorer(scope, reference, level, rows, top, { next, scores, tops }, compare, ownsReference);
    } catch (error) {
      await level.close();
      scope.destroy();
      throw error;
    }
  }

  /**
   * Scores rows from `firstScored` on, each on the token after it.
   * @throws NonFiniteLogitsError, DeviceLostError
   */
  async score(window: TextWindow, firstScored: number): Promise<TokenScores> {
    const { ids, start } = window;
    const { reference, level } = this;
    // The last token predicts nothing that could be checked.
    const end = ids.length - 1;
    await reference.begin(window, firstScored);
    await level.begin(window, firstScored);
    const scores = withRoom(end - firstScored);
    for (let from = firstScored; from < end; from += this.rows) {
      const to = Math.min(end, from + this.rows);
      this.scope.gpu.device.queue.writeBuffer(this.buffers.next, 0, Uint32Array.from(ids.slice(from + 1, to + 1)));
      await reference.show(window, from, to);
      await level.show(window, from, to, [this.compare]);
      await this.readInto(scores, from - firstScored, to - from, start + from + 1);
    }
    return scores;
  }

  async close(): Promise<void> {
    if (this.ownsReference) await this.reference.close();
    await this.level.close();
    this.scope.destroy();
  }

  private async readInto(into: TokenScores, at: number, count: number, place: number): Promise<void> {
    const { gpu } = this.scope;
    const numbers = new Float32Array(await readBuffer(gpu, this.buffers.scores, 0, scoreBytes(count)));
    const tops = new Uint32Array(await readBuffer(gpu, this.buffers.tops, 0, topBytes(count, this.top)));
    for (let r = 0; r < count; r++) {
      const [nllP, nllQ, kld, topP, bad] = numbers.subarray(r * SCORE_NUMBERS, (r + 1) * SCORE_NUMBERS);
      const i = at + r;
      if (bad !== 0) {
        throw new VitrineError(
          "NonFiniteLogitsError",
          `A model computed values that are not numbers at token ${place + r}. Try another level.`,
        );
      }
      into.places[i] = place + r;
      into.nllReference[i] = nllP as number;
      into.nllLevel[i] = nllQ as number;
      into.kld[i] = kld as number;
      into.topProbability[i] = topP as number;
      for (let side = 0; side < 2; side++) {
        const list = tops.subarray((r * 2 + side) * this.top * 3, (r * 2 + side + 1) * this.top * 3);
        into.tops.set(list, (i * 2 + side) * COMPARED_TOP * 3);
        (side === 0 ? into.topReference : into.topLevel)[i] = list[0] as number;
      }
    }
  }
}
