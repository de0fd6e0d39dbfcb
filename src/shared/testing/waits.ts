/** Waits of the tests. None of them bounds how long a busy machine may take for what must happen. */

/** Ends when it is so. A test whose condition never holds ends at its own timeout. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 1));
}

/**
 * For what must not happen: many turns of the event loop, with their messages and timers, in which it would have. Never
 * for what must: that is `until`.
 */
export async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}
