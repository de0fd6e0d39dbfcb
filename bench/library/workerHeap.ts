/** Heap and array buffers of the page's worker over time, by the browser's debugging protocol. */
import type { Browser, CDPSession } from "@playwright/test";

const EVERY_MS = 100;

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}

export class WorkerHeap {
  private most = 0;
  private first: number | null = null;
  private nextId = 1;
  private readonly timer: ReturnType<typeof setInterval>;

  private constructor(
    private readonly browser: CDPSession,
    private readonly sessionId: string,
  ) {
    browser.on("Target.receivedMessageFromTarget", ({ sessionId: from, message }) => {
      if (from === sessionId) this.note(JSON.parse(message) as { result?: HeapUsage });
    });
    this.timer = setInterval(() => this.ask(), EVERY_MS);
  }

  /** @throws Error when there is no worker */
  static async attach(browser: Browser): Promise<WorkerHeap> {
    const session = await browser.newBrowserCDPSession();
    const { targetInfos } = await session.send("Target.getTargets", {
      filter: [{ type: "worker" }, { exclude: true }],
    });
    const worker = targetInfos.find(({ type }) => type === "worker");
    if (worker === undefined) throw new Error("The page has no worker.");
    const { sessionId } = await session.send("Target.attachToTarget", { targetId: worker.targetId, flatten: false });
    return new WorkerHeap(session, sessionId);
  }

  /** Most so far, less what there was at first. Ends the watch. */
  async addedBytes(): Promise<number> {
    clearInterval(this.timer);
    await this.browser.detach();
    return this.most - (this.first ?? 0);
  }

  private ask(): void {
    const message = JSON.stringify({ id: this.nextId++, method: "Runtime.getHeapUsage" });
    // A worker that computes answers later.
    this.browser.send("Target.sendMessageToTarget", { sessionId: this.sessionId, message }).catch(() => {});
  }

  private note({ result }: { result?: HeapUsage }): void {
    if (result === undefined) return;
    const bytes = result.usedSize + (result.backingStorageSize ?? 0);
    this.first ??= bytes;
    this.most = Math.max(this.most, bytes);
  }
}
