/** Processor time of this process and of a browser's, by what they do. Of Linux alone. */
import { readdir, readFile } from "node:fs/promises";
import type { ProcessorMs } from "./libraryResult";

/** What the kernel counts in: USER_HZ, which is 100 on every platform that has /proc. */
const TICK_MS = 10;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ms: number;
}

/** @param root the browser's first process. Null: this system has no /proc */
export async function processorTime(root: number): Promise<ProcessorMs | null> {
  const all = await processes().catch(() => null);
  if (all === null) return null;
  const { user, system } = process.cpuUsage();
  const used: Record<string, number> = { server: (user + system) / 1000 };
  const family = new Set([root]);
  // Children have higher numbers, until numbers run out: then a child may be missed, and found the next time.
  for (const { pid, parent, ms } of all) {
    if (!family.has(parent) && pid !== root) continue;
    family.add(pid);
    const kind = await kindOf(pid);
    used[kind] = (used[kind] ?? 0) + ms;
  }
  return used;
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids
      .sort((a, b) => a - b)
      .map(async (pid) => {
        // One that has ended meanwhile is nobody's.
        const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
        // The name before it may hold spaces and brackets: proc(5).
        const [, parent, ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
        return { pid, parent: Number(parent), ms: (Number(rest[9]) + Number(rest[10])) * TICK_MS };
      }),
  );
  return found.filter(({ ms }) => !Number.isNaN(ms));
}

async function kindOf(pid: number): Promise<string> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const service = /--utility-sub-type=(\w+)/.exec(command)?.[1];
  return service ?? /--type=([\w-]+)/.exec(command)?.[1] ?? "browser";
}
