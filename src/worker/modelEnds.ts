/** Tells who asks when an open model is gone: closed, or lost with its device. */
import type { ModelHandle } from "../shared/protocol";

interface End {
  readonly promise: Promise<void>;
  readonly closed: () => void;
  readonly lost: (error: unknown) => void;
}

export class ModelEnds {
  private readonly ends = new Map<ModelHandle, End>();

  opened(handle: ModelHandle): void {
    let closed = (): void => {};
    let lost = (_: unknown): void => {};
    const promise = new Promise<void>((resolve, reject) => {
      closed = resolve;
      lost = reject;
    });
    // Nobody has to ask.
    promise.catch(() => {});
    this.ends.set(handle, { promise, closed, lost });
  }

  /** Resolves once the model is closed, at once for one that is not open. @throws what it was lost with */
  async whenGone(handle: ModelHandle): Promise<void> {
    await this.ends.get(handle)?.promise;
  }

  closed(handle: ModelHandle): void {
    this.ends.get(handle)?.closed();
    this.ends.delete(handle);
  }

  lost(handles: readonly ModelHandle[], error: unknown): void {
    for (const handle of handles) {
      this.ends.get(handle)?.lost(error);
      this.ends.delete(handle);
    }
  }
}
