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

export const requestBrowserFrame: RequestFrame = (callback) => {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const run = (): void => {
    cancel();
    callback();
  };
  frame = requestAnimationFrame(run);
  // Only there: a frame that is late because the machine is busy must not be joined by a second commit.
  const stepIn = (): void => {
    timer = setTimeout(() => (document.visibilityState === "hidden" ? run() : stepIn()), HIDDEN_TAB_MS);
  };
  stepIn();
  return cancel;
};

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
