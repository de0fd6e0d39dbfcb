import type { Shell } from "../shell";

/** Ids of the fields that the settings begin with, part by part. */
export const SAMPLING_START = "sampling-preset";
export const PROMPT_INPUT = "system-prompt";

/** Opens the settings and goes to a field of theirs. */
export function showSettings(shell: Shell, field: string): void {
  shell.setSettings(true);
  // After what was opened has been rendered.
  setTimeout(() => {
    const input = document.getElementById(field);
    // The whole part, not its first line at the lower edge.
    input?.closest(".panel")?.scrollIntoView({ block: "start" });
    input?.focus({ preventScroll: true });
  }, 0);
}
