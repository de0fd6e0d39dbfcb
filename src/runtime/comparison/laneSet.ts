/** Models that write side by side: each with a session of its own, taking turns of a few tokens on the GPU. */
import { isErrorNamed } from "../../shared/errors";
import type { LaneEvent, LaneRequest, LanesRequest } from "../../shared/lanes";
import { type ComparedChoice, type ComparedWeights, splitCompared } from "../../shared/recipes";
import type { BorrowedModel, BorrowModel } from "./comparisonSetting";
import { Lane } from "./lane";

export interface LaneSetting {
  readonly borrow: BorrowModel;
  readonly onEvent: (event: LaneEvent) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export class LaneSet {
  private readonly open = new Map<ComparedWeights, BorrowedModel>();

  /** What is open. */
  get weights(): readonly ComparedWeights[] {
    return [...this.open.keys()];
  }

  /** @throws any error of loading a model or generating; what is open then stays open */
  async run(request: LanesRequest, setting: LaneSetting): Promise<void> {
    const kept = request.keep.map((level) => splitCompared(level).weights);
    for (const weights of this.weights) if (!kept.includes(weights)) this.free(weights);
    let waiting = request.lanes;
    while (waiting.length > 0 && !setting.signal.aborted) {
      const fitting = await this.openFitting(waiting, setting);
      await this.write(request, waiting.slice(0, fitting), setting);
      waiting = waiting.slice(fitting);
      // The rest had no place beside these.
      if (waiting.length > 0) this.close();
    }
  }

  close(): void {
    for (const weights of this.weights) this.free(weights);
  }

  private free(weights: ComparedWeights): void {
    this.open.get(weights)?.release();
    this.open.delete(weights);
  }

  /** Opens lanes until one does not fit beside those before it, and says how many are open. */
  private async openFitting(lanes: readonly LaneRequest[], setting: LaneSetting): Promise<number> {
    for (const [index, { level }] of lanes.entries()) {
      try {
        await this.openLevel(level, setting);
      } catch (error) {
        if (!isErrorNamed(error, "OutOfMemoryError")) throw error;
        if (index > 0) return index;
        // Others of an earlier run may be in the way.
        if (this.open.size === 0) throw error;
        this.close();
        await this.openLevel(level, setting);
      }
    }
    return lanes.length;
  }

  private async openLevel(level: ComparedChoice, { borrow, onEvent }: LaneSetting): Promise<void> {
    const { weights } = splitCompared(level);
    const known = this.open.get(weights);
    const borrowed =
      known ??
      (await borrow(level, (doneBytes, totalBytes) => onEvent({ kind: "loading", level, doneBytes, totalBytes })));
    this.open.set(weights, borrowed);
    onEvent({ kind: "opened", level, weightBytes: borrowed.opened.model.weights.bytesByFormat });
  }

  private async write(request: LanesRequest, asked: readonly LaneRequest[], setting: LaneSetting): Promise<void> {
    const lanes: Lane[] = [];
    try {
      for (const lane of asked) {
        const { weights, cache } = splitCompared(lane.level);
        const { opened } = this.open.get(weights) as BorrowedModel;
        lanes.push(await Lane.create(opened, cache, lane, request, setting));
      }
      let writing: readonly Lane[] = lanes;
      while (writing.length > 0) {
        for (const lane of writing) await lane.takeTurn();
        writing = writing.filter(({ hasEnded }) => !hasEnded);
      }
    } finally {
      for (const lane of lanes) await lane.close();
    }
  }
}
