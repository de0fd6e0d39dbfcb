/** Bytes a second over a sliding window: one slow or fast moment does not make the time left jump. */
import type { LoadProgress } from "../shared/protocol";

const WINDOW_MS = 8000;
/** Below this nothing can be said. */
const LEAST_MS = 500;

export class DownloadRate {
  private samples: { readonly at: number; readonly bytes: number }[] = [];

  /** Null until there is enough to go by, and outside downloads. */
  add(progress: LoadProgress, now: number): number | null {
    if (progress.stage !== "downloading") return null;
    this.samples.push({ at: now, bytes: progress.doneBytes });
    this.samples = this.samples.filter(({ at }) => at >= now - WINDOW_MS);
    const first = this.samples[0];
    if (first === undefined || now - first.at < LEAST_MS) return null;
    return ((progress.doneBytes - first.bytes) * 1000) / (now - first.at);
  }
}
