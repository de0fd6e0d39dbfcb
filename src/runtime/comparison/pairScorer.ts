/**
 * Two models on the same tokens, in lockstep: each chunk of a window goes through both, their logits meet on the GPU,
 * and only a few numbers of each row come back. Beyond the models it holds two caches of one window and the logits of
 * one chunk of each: O(window + chunk x vocabulary).
 */
import { COMPARED_TOP, type TokenScores } from "../../shared/comparison";
import { VitrineError } from "../../shared/errors";
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import type { Dispatch } from "../gpu/dispatch";
import { readBuffer } from "../gpu/readback";
import { compareRows, SCORE_NUMBERS, scoreBytes, topBytes } from "../kernels/compareRows";
import { paddedStride } from "../kernels/weightMatrix";
import type { Model } from "../model/model";
import { logitRows, rowLogits } from "../session/rowLogits";
import { Session } from "../session/session";
import type { TextWindow } from "./textWindows";

interface Side {
  readonly session: Session;
  readonly after: readonly Dispatch[];
}

export class PairScorer {
  private constructor(
    private readonly scope: BufferScope,
    private readonly reference: Side,
    /** The comparison is behind this side's logits. */
    private readonly level: Side,
    private readonly rows: number,
    private readonly top: number,
    private readonly buffers: { readonly next: GPUBuffer; readonly scores: GPUBuffer; readonly tops: GPUBuffer },
  ) {}

  /**
   * @param window most tokens of a window
   * @throws InvalidSettingError when the vocabularies differ, OutOfMemoryError
   */
  static async create(
    reference: Model,
    level: Model,
    window: number,
    caches: readonly [reference: KvPrecision, level: KvPrecision] = ["f32", "f32"],
  ): Promise<PairScorer> {
    const { gpu, spec } = reference;
    if (level.spec.vocabSize !== spec.vocabSize) {
      throw new VitrineError(
        "InvalidSettingError",
        `Vocabularies of ${spec.vocabSize} and ${level.spec.vocabSize} tokens cannot be compared.`,
      );
    }
    const scope = new BufferScope(gpu);
    const sessions: Session[] = [];
    try {
      for (const [side, model] of [reference, level].entries()) {
        sessions.push(await Session.create(model, { capacity: window, precision: caches[side] ?? "f32" }));
      }
      const [first, second] = sessions as [Session, Session];
      const rows = Math.min(logitRows(first), logitRows(second));
      const stride = paddedStride(spec.vocabSize);
      const top = Math.min(COMPARED_TOP, spec.vocabSize);
      const logits = [0, 1].map((side) => scope.storage(`compared logits ${side}`, rows * stride * 4));
      const [p, q] = logits as [GPUBuffer, GPUBuffer];
      const next = scope.storage("next tokens", rows * 4);
      const scores = scope.storage("scores", scoreBytes(rows));
      const tops = scope.storage("likely tokens", topBytes(rows, top));
      const compare = await compareRows(gpu, {
        vocabSize: spec.vocabSize,
        top,
        step: second.forward.buffers.step,
        reference: p,
        level: q,
        nextTokens: next,
        scores,
        tops,
        variant: reference.choice.sample,
      });
      const sides = {
        reference: { session: first, after: await rowLogits(first, p) },
        level: { session: second, after: [...(await rowLogits(second, q)), compare] },
      };
      return new PairScorer(scope, sides.reference, sides.level, rows, top, { next, scores, tops });
    } catch (error) {
      for (const session of sessions) await session.close();
      scope.destroy();
      throw error;
    }
  }

  /** GPU bytes beyond the two models. */
  get scratchBytes(): number {
    return this.scope.sizeBytes + this.reference.session.gpuBytes + this.level.session.gpuBytes;
  }

  /**
   * Scores rows from `firstScored` on, each on the token after it.
   * @throws NonFiniteLogitsError, DeviceLostError
   */
  async score(window: TextWindow, firstScored: number): Promise<TokenScores> {
    const { ids, start } = window;
    // The last token predicts nothing that could be checked.
    const end = ids.length - 1;
    for (const { session } of [this.reference, this.level]) {
      session.truncate(0);
      if (firstScored > 0) await this.run(session, ids.slice(0, firstScored), 0, []);
    }
    const count = end - firstScored;
    const scores = emptyScores(count);
    for (let from = firstScored; from < end; from += this.rows) {
      const to = Math.min(end, from + this.rows);
      const { gpu } = this.reference.session.model;
      gpu.device.queue.writeBuffer(this.buffers.next, 0, Uint32Array.from(ids.slice(from + 1, to + 1)));
      for (const { session, after } of [this.reference, this.level]) {
        await this.run(session, ids.slice(0, to), from, after);
      }
      await this.readInto(scores, from - firstScored, to - from, start + from + 1);
    }
    return scores;
  }

  async close(): Promise<void> {
    await this.reference.session.close();
    await this.level.session.close();
    this.scope.destroy();
  }

  private async run(session: Session, ids: readonly number[], from: number, after: readonly Dispatch[]): Promise<void> {
    await session.runChunks(ids, from, Math.min(this.rows, session.forward.prefillRows), after, () =>
      session.queue.finish(),
    );
  }

  private async readInto(into: TokenScores, at: number, count: number, place: number): Promise<void> {
    const { gpu } = this.reference.session.model;
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

function emptyScores(count: number): TokenScores {
  return {
    places: new Uint32Array(count),
    nllReference: new Float32Array(count),
    nllLevel: new Float32Array(count),
    kld: new Float32Array(count),
    topProbability: new Float32Array(count),
    topReference: new Uint32Array(count),
    topLevel: new Uint32Array(count),
    // Vocabularies of fewer tokens leave the rest of a list at the id that no token has.
    tops: new Uint32Array(count * 2 * COMPARED_TOP * 3).fill(0xffffffff),
  };
}
