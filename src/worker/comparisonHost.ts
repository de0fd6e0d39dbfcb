/** The worker's side of comparing: one comparison and one set of lanes at a time, with models opened beside the chat's. */
import type { ComparedHeads } from "../runtime/comparison/comparedHeads";
import { type BorrowModel, KEPT_BYTES } from "../runtime/comparison/comparisonSetting";
import type { LaneSet } from "../runtime/comparison/laneSet";
import { PauseGate } from "../runtime/files/pauseGate";
import type {
  ComparedHead,
  ComparedHeadRequest,
  ComparisonApi,
  ComparisonEvent,
  ComparisonRequest,
  ComparisonResult,
} from "../shared/comparison";
import { isErrorNamed, VitrineError } from "../shared/errors";
import type { LaneEvent, LanesApi, LanesRequest } from "../shared/lanes";
import type { ModelHandle } from "../shared/protocol";

interface Running {
  readonly model: ModelHandle;
  readonly stop: AbortController;
  readonly done: Promise<unknown>;
}

/** How to have an open model at another level, for a while. @throws InvalidStateError for a model that is not open */
export type BorrowOf = (
  model: ModelHandle,
  given: Pick<ComparisonRequest, "file" | "lora">,
  signal: AbortSignal,
) => BorrowModel;

export class ComparisonHost implements ComparisonApi, LanesApi {
  private comparison: (Running & { readonly gate: PauseGate }) | null = null;
  private lanes: { readonly model: ModelHandle; readonly set: LaneSet } | null = null;
  private writing: Running | null = null;
  /** Of the latest comparison. */
  private heads: { readonly model: ModelHandle; readonly heads: ComparedHeads } | null = null;

  /** @param budgetBytes all that may lie on the GPU; null: not known */
  constructor(
    private readonly borrowOf: BorrowOf,
    private readonly budgetBytes: number | null = null,
  ) {}

  async compare(request: ComparisonRequest, onEvent: (event: ComparisonEvent) => void): Promise<ComparisonResult> {
    if (this.comparison !== null) {
      throw new VitrineError("InvalidStateError", "A comparison is running already; stop it first.");
    }
    const stop = new AbortController();
    const gate = new PauseGate();
    const { tell, delivered } = inOrder(onEvent);
    const run = async (): Promise<ComparisonResult> => {
      await this.closeLanes();
      await this.closeHeads();
      // Most visitors compare nothing: its code comes when it is asked for.
      const { compareLevels } = await import("../runtime/comparison/compareLevels");
      const { ComparedHeads } = await import("../runtime/comparison/comparedHeads");
      const heads = new ComparedHeads();
      this.heads = { model: request.model, heads };
      return compareLevels(request, {
        heads,
        budgetBytes: this.budgetBytes,
        keptBytes: KEPT_BYTES,
        borrow: this.borrowOf(request.model, request, stop.signal),
        onEvent: tell,
        now: () => performance.now(),
        signal: stop.signal,
        passed: () => gate.passed(stop.signal),
      });
    };
    const done = run();
    this.comparison = { model: request.model, stop, done, gate };
    try {
      return await done;
    } finally {
      this.comparison = null;
      await delivered();
    }
  }

  async stopComparison(): Promise<void> {
    this.comparison?.stop.abort();
    // One that waits has to hear of it.
    this.comparison?.gate.resume();
  }

  async pauseComparison(): Promise<void> {
    this.comparison?.gate.pause();
  }

  async resumeComparison(): Promise<void> {
    this.comparison?.gate.resume();
  }

  async readComparedHead(request: ComparedHeadRequest): Promise<ComparedHead> {
    if (this.heads === null) {
      throw new VitrineError("InvalidStateError", "No comparison left heads to look at. Run one.");
    }
    return this.heads.heads.read(request);
  }

  async runLanes(request: LanesRequest, onEvent: (event: LaneEvent) => void): Promise<void> {
    if (this.writing !== null) {
      throw new VitrineError("InvalidStateError", "Lanes are being written already; stop them first.");
    }
    const stop = new AbortController();
    const { signal } = stop;
    const { tell, delivered } = inOrder(onEvent);
    const done = this.write(request, tell, signal);
    this.writing = { model: request.model, stop, done };
    try {
      await done;
    } catch (error) {
      if (!signal.aborted || !isErrorNamed(error, "CancelledError")) throw error;
    } finally {
      this.writing = null;
      await delivered();
    }
  }

  async stopLanes(): Promise<void> {
    this.writing?.stop.abort();
  }

  async closeLanes(): Promise<void> {
    await this.stopLanes();
    await this.writing?.done.catch(() => {});
    this.lanes?.set.close();
    this.lanes = null;
  }

  /** Before a model is closed: nothing here uses it any more. */
  async letGo(model: ModelHandle): Promise<void> {
    if (this.comparison?.model === model) {
      const { done } = this.comparison;
      await this.stopComparison();
      await done.catch(() => {});
    }
    if (this.lanes?.model === model || this.writing?.model === model) await this.closeLanes();
    if (this.heads?.model === model) await this.closeHeads();
  }

  /** The device is gone, and every model with it. */
  forget(): void {
    this.lanes = null;
    this.heads = null;
  }

  private async closeHeads(): Promise<void> {
    const { heads } = this;
    this.heads = null;
    await heads?.heads.close();
  }

  private async write(request: LanesRequest, onEvent: (event: LaneEvent) => void, signal: AbortSignal): Promise<void> {
    const { model } = request;
    const borrow = this.borrowOf(model, request, signal);
    if (this.lanes !== null && this.lanes.model !== model) {
      this.lanes.set.close();
      this.lanes = null;
    }
    // Lanes need the room.
    await this.closeHeads();
    const { LaneSet } = await import("../runtime/comparison/laneSet");
    this.lanes ??= { model, set: new LaneSet() };
    await this.lanes.set.run(request, { borrow, onEvent, now: () => performance.now(), signal });
  }
}

/** Events go to another port than results and may come after them: a result waits until the last event has arrived. */
function inOrder<E>(onEvent: (event: E) => void): {
  readonly tell: (event: E) => void;
  readonly delivered: () => Promise<void>;
} {
  let last: unknown;
  return {
    tell: (event) => {
      last = onEvent(event);
    },
    delivered: async () => void (await last),
  };
}
