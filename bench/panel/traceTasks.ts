/** Tasks of a page's main thread, from what Chromium traced. */

/** Categories that hold them. */
export const TASK_CATEGORIES = ["disabled-by-default-devtools.timeline", "toplevel"];

/** The outermost event of a task, and the only one of that name. */
const TASK = "ThreadControllerImpl::RunTask";

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds of processor time of each task, so that other programs of the machine do not count. */
export function mainThreadTasks(trace: string): number[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: readonly TraceEvent[] };
  const named = traceEvents.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const threads = new Set(named.map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === TASK && threads.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error("The trace has no tasks of the main thread.");
  return tasks.map(({ tdur = 0 }) => tdur / 1000);
}
