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
    while (this.isPaused && signal?.aborted !== true) {
      await Promise.race([this.opened, aborted(signal)]);
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
