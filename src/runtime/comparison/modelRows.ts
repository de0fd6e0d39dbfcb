/** One model's logits of the rows of a window, a chunk at a time: a cache of one window, and the logits of one chunk. */
import type { KvPrecision } from "../../shared/protocol";
import { BufferScope } from "../gpu/bufferScope";
import type { Dispatch } from "../gpu/dispatch";
import { paddedStride } from "../kernels/weightMatrix";
import type { Model } from "../model/model";
import { logitRows, rowLogits } from "../session/rowLogits";
import { Session } from "../session/session";
import type { TextWindow } from "./textWindows";

/** Where the logits of a window come from: a model that runs, or what one left. */
export interface WindowLogits {
  readonly vocabSize: number;
  /** Rows that `logits` has room for. */
  readonly rows: number;
  /** [rows, padded V] f32 */
  readonly logits: GPUBuffer;
  /** Of all of its buffers. */
  readonly gpuBytes: number;
  /** Before the rows of a window, of which those from `firstScored` on are asked for, in order. */
  begin(window: TextWindow, firstScored: number): Promise<void>;
  /** Has rows [from, to) in `logits`. */
  show(window: TextWindow, from: number, to: number): Promise<void>;
  close(): Promise<void>;
}

export class ModelRows implements WindowLogits {
  private constructor(
    readonly session: Session,
    private readonly scope: BufferScope,
    readonly rows: number,
    readonly logits: GPUBuffer,
    private readonly head: readonly Dispatch[],
  ) {}

  /** @param window most tokens of a window @throws OutOfMemoryError */
  static async create(model: Model, window: number, precision: KvPrecision): Promise<ModelRows> {
    const session = await Session.create(model, { capacity: window, precision });
    const scope = new BufferScope(model.gpu);
    try {
      const rows = logitRows(session);
      const logits = scope.storage("compared logits", rows * paddedStride(model.spec.vocabSize) * 4);
      return new ModelRows(session, scope, rows, logits, await rowLogits(session, logits));
    } catch (error) {
      scope.destroy();
      await session.close();
      throw error;
    }
  }

  get vocabSize(): number {
    return this.session.model.spec.vocabSize;
  }

  get gpuBytes(): number {
    return this.scope.sizeBytes + this.session.gpuBytes;
  }

  async begin({ ids }: TextWindow, firstScored: number): Promise<void> {
    this.session.truncate(0);
    if (firstScored > 0) await this.run(ids.slice(0, firstScored), 0, this.session.forward.prefillRows, []);
  }

  /** @param then runs behind the logits, in the same pass */
  async show({ ids }: TextWindow, from: number, to: number, then: readonly Dispatch[] = []): Promise<void> {
    await this.run(ids.slice(0, to), from, this.rows, [...this.head, ...then]);
  }

  async close(): Promise<void> {
    await this.session.close();
    this.scope.destroy();
  }

  private run(ids: readonly number[], from: number, rows: number, after: readonly Dispatch[]): Promise<void> {
    return this.session.runChunks(ids, from, rows, after, () => this.session.queue.finish());
  }
}
