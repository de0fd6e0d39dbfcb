/** One user of a session's buffers at a time; work that only serves someone who looks gives way to a generation. */
import { VitrineError } from "../../shared/errors";
import type { Gpu } from "../gpu/device";

export class Turns {
  private busy = false;
  private working: Promise<unknown> = Promise.resolve();
  private looking: AbortController | null = null;

  constructor(private readonly gpu: Gpu) {}

  get isBusy(): boolean {
    return this.busy;
  }

  /** @throws InvalidStateError while there is other work, DeviceLostError */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy) throw new VitrineError("InvalidStateError", "This session is generating already; stop it first.");
    this.busy = true;
    try {
      this.gpu.assertAlive();
      const working = work();
      this.working = working;
      return await working;
    } finally {
      this.busy = false;
    }
  }

  /** Work whose signal is set when something more urgent comes. @throws InvalidStateError while there is other work */
  async look(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const looking = new AbortController();
    this.looking = looking;
    try {
      await this.take(() => work(looking.signal));
    } finally {
      if (this.looking === looking) this.looking = null;
    }
  }

  /** Ends a look under way. */
  async endLook(): Promise<void> {
    if (this.looking === null) return;
    this.looking.abort();
    await this.settled();
  }

  /** Until the work under way is done, whatever became of it. */
  async settled(): Promise<void> {
    await this.working.catch(() => {});
  }
}
