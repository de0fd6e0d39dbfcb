/**
 * At most one commit per animation frame: many calls to `schedule` before the next frame run the last one only.
 * A hidden tab gets no frames, so a slow timer stands in for them.
 */
export interface FrameBatcher {
  schedule(commit: () => void): void;
  /** Forgets what is scheduled. */
  cancel(): void;
}

/** Calls back once at the next frame; returns what cancels it. */
export type RequestFrame = (callback: () => void) => () => void;

const HIDDEN_TAB_MS = 250;
/** The longest that whatever else there is to render holds up a commit. */
const BUSY_MS = 250;

/**
 * First all that waits is rendered, and only then a frame is asked for: a processor that takes longer than a frame for
 * each commit would do nothing else, and what a person opens meanwhile, which React renders when nothing newer has
 * come, would never appear.
 */
export const requestBrowserFrame: RequestFrame = (callback) => {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancelRest = requestRest(() => {
    frame = requestAnimationFrame(run);
  });
  const cancel = (): void => {
    cancelRest();
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const run = (): void => {
    cancel();
    callback();
  };
  // Only there: a frame that is late because the machine is busy must not be joined by a second commit.
  const stepIn = (): void => {
    timer = setTimeout(() => (document.visibilityState === "hidden" ? run() : stepIn()), HIDDEN_TAB_MS);
  };
  stepIn();
  return cancel;
};

/** Calls back when nothing else waits; returns what cancels it. */
function requestRest(callback: () => void): () => void {
  // Not in every browser; there at least one turn for the others.
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(callback);
    return () => clearTimeout(timer);
  }
  const rest = requestIdleCallback(callback, { timeout: BUSY_MS });
  return () => cancelIdleCallback(rest);
}

export function createFrameBatcher(requestFrame: RequestFrame): FrameBatcher {
  let pending: (() => void) | null = null;
  let cancelFrame: (() => void) | null = null;
  return {
    schedule(commit) {
      pending = commit;
      if (cancelFrame !== null) return;
      cancelFrame = requestFrame(() => {
        const latest = pending;
        pending = null;
        cancelFrame = null;
        latest?.();
      });
    },
    cancel() {
      cancelFrame?.();
      cancelFrame = null;
      pending = null;
    },
  };
}
