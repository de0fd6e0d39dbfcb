/** Holds downloads up without ending them: what is under way is let go, and goes on where it was. */
export class PauseGate {
  private pausing = new AbortController();
  private opened: Promise<void> = Promise.resolve();
  private open: (() => void) | null = null;

  get isPaused(): boolean {
    return this.open !== null;
  }

  /** Aborted by the next pause: hand it to what is under way. */
  get signal(): AbortSignal {
    return this.pausing.signal;
  }

  pause(): void {
    if (this.open !== null) return;
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
    this.pausing.abort();
  }

  resume(): void {
    this.pausing = new AbortController();
    this.open?.();
    this.open = null;
  }

  /** Resolves when there is no pause, or when the signal aborts. */
  async passed(signal?: AbortSignal): Promise<void> {
    while (this.isPaused && signal?.aborted !== true) await openedOrAborted(this.opened, signal);
  }
}

/** Leaves nothing behind on a signal that lives longer. */
async function openedOrAborted(opened: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  let end = (): void => {};
  const aborted = new Promise<void>((resolve) => {
    end = resolve;
  });
  signal?.addEventListener("abort", end);
  await Promise.race([opened, aborted]);
  signal?.removeEventListener("abort", end);
}
