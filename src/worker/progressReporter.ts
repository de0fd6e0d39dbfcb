/** Progress at most every 50 ms, a message per tensor piece would flood the page; the newest is never left out. */
import type { LoadProgress } from "../shared/protocol";

const EVERY_MS = 50;

export class ProgressReporter {
  private newest: LoadProgress | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = Number.NEGATIVE_INFINITY;

  constructor(private readonly onProgress: (progress: LoadProgress) => void) {}

  report(progress: LoadProgress): void {
    this.newest = progress;
    const wait = this.last + EVERY_MS - performance.now();
    if (wait <= 0 || progress.doneBytes === progress.totalBytes) this.send();
    else this.timer ??= setTimeout(() => this.send(), wait);
  }

  /** What was not sent yet no longer matters. */
  close(): void {
    clearTimeout(this.timer);
    this.newest = null;
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.newest === null) return;
    this.last = performance.now();
    this.onProgress(this.newest);
    this.newest = null;
  }
}
