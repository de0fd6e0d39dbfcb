/** One load at a time, from wherever a model lies: files, an address, a hub, or this browser. */
import { PauseGate } from "../runtime/files/pauseGate";
import type { Gpu } from "../runtime/gpu/device";
import { inspectModel } from "../runtime/inspectModel";
import { hubSourceKey } from "../runtime/library/hub";
import { SpillingStore } from "../runtime/library/memoryStore";
import type { ModelLibrary } from "../runtime/library/modelLibrary";
import { type LoadKeptOptions, loadAsked, loadKept, loadRemote } from "../runtime/loadKept";
import { type OpenedModel, openModel } from "../runtime/openModel";
import { VitrineError } from "../shared/errors";
import type { KeptId, OnInspected } from "../shared/library";
import type { LoadProgress, LoadRequest } from "../shared/protocol";
import { splitChoice } from "../shared/recipes";
import { Conversion } from "./conversion";
import type { ModelLocks, Release } from "./modelLocks";
import { ProgressReporter } from "./progressReporter";
import { PUBLIC_ACCESS, resolveRemote, sourceFiles } from "./sourceFiles";

export class ModelLoading {
  private readonly cancel = new AbortController();
  private readonly gate = new PauseGate();
  /** Why the store took no more; null: it did. */
  notKept: string | null = null;
  /** Settles when nothing of the model is being written any more. */
  keeping: Promise<void> = Promise.resolve();
  private isDownloading = false;
  private readonly library: ModelLibrary;
  private readonly progress: ProgressReporter;
  private latest: LoadProgress = { stage: "reading", doneBytes: 0, totalBytes: 0 };
  private wantNow: () => void = () => {};
  private readonly wanted = new Promise<void>((resolve) => {
    this.wantNow = resolve;
  });
  private readonly threads = new Conversion();
  /** Lets other tabs have the model. */
  release: Release = () => {};
  /** Set by who has the model: another tab took it over. */
  onLost: (() => void) | null = null;

  constructor(
    library: ModelLibrary,
    private readonly locks: ModelLocks,
    private readonly request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    private readonly onInspected: OnInspected | undefined,
    /** Writing of what was loaded before. */
    private readonly before: Promise<void>,
  ) {
    this.progress = new ProgressReporter(onProgress);
    const store = new SpillingStore(library.store, (reason) => {
      this.notKept = reason.message;
    });
    this.library = library.over(store);
  }

  abort(): void {
    this.cancel.abort();
  }

  pause(): void {
    this.gate.pause();
  }

  resume(): void {
    this.gate.resume();
  }

  /** @throws any load error; nothing stays on the GPU then */
  async run(gpu: Gpu): Promise<OpenedModel> {
    try {
      await this.before;
      await this.waitForTurn();
      const opened = await this.open(gpu);
      const { release } = this;
      this.release = () => void this.keeping.then(release);
      return opened;
    } catch (error) {
      this.release();
      throw error;
    } finally {
      this.progress.close();
      this.threads.close();
    }
  }

  /** Another tab that has the model open lets go of it. */
  takeOver(): void {
    this.wantNow();
  }

  /** For files of the person's own there is no telling whether two tabs have the same. */
  private async waitForTurn(): Promise<void> {
    const { source, level, access = PUBLIC_ACCESS } = this.request;
    if (source.kind === "files") return;
    const key = source.kind === "url" ? source.url : source.kind === "hub" ? hubSourceKey(source, access) : null;
    const sourceKey = key ?? (await this.library.about((source as { id: KeptId }).id)).sourceKey;
    this.release = await this.locks.acquire(`${level} ${sourceKey}`, {
      signal: this.cancel.signal,
      takeOver: this.wanted,
      onWaiting: (heldSince) => this.report({ stage: "waiting", doneBytes: 0, totalBytes: 0, heldSince }),
      onLost: () => this.onLost?.(),
    });
  }

  private async open(gpu: Gpu): Promise<OpenedModel> {
    const { source, access = PUBLIC_ACCESS } = this.request;
    const options = this.options();
    this.report({ stage: "reading", doneBytes: 0, totalBytes: 0 });
    if (source.kind === "files" || this.request.lora !== undefined) {
      return openModel(gpu, await sourceFiles(this.library, this.request, this.cancel.signal), options);
    }
    if (source.kind === "kept") {
      return loadKept(gpu, this.library, await this.library.about(source.id), options);
    }
    // A server without ranges sends the file before anything of it is known.
    const whole = (doneBytes: number, totalBytes: number | null) => this.downloading(doneBytes, totalBytes ?? 0, false);
    const resolve = () => resolveRemote(source, access, { ...options.download, onDownload: whole });
    if (source.kind === "url") return loadRemote(gpu, this.library, await resolve(), options);
    return loadAsked(gpu, this.library, { sourceKey: hubSourceKey(source, access), resolve }, options);
  }

  private options(): LoadKeptOptions {
    const { signal } = this.cancel;
    const { level, variant } = this.request;
    const onRetry = () => this.progress.report({ ...this.latest, isRetrying: true });
    return {
      ...splitChoice(level),
      ...{ variant, signal, download: { signal, gate: this.gate, onRetry }, convert: this.threads.convert },
      onOpened: async (remote, files) => {
        if (this.onInspected === undefined) return;
        const inspection = await inspectModel(remote, files, this.library, level);
        const isWanted = await Promise.race([this.onInspected(inspection), aborted(signal)]);
        if (!isWanted) throw new VitrineError("CancelledError", `Loading ${inspection.name} was cancelled.`);
      },
      onKeeping: (kept) => {
        this.keeping = kept.catch((error: unknown) => {
          this.notKept ??= error instanceof Error ? error.message : String(error);
        });
      },
      onDownload: (doneBytes, totalBytes, canResume) => {
        this.isDownloading = doneBytes < totalBytes;
        this.downloading(doneBytes, totalBytes, canResume);
      },
      // What is on its way from the network is the slower of the two.
      onBytes: (doneBytes, totalBytes) => {
        if (!this.isDownloading) this.report({ stage: "weights", doneBytes, totalBytes });
      },
    };
  }

  private report(progress: LoadProgress): void {
    this.latest = progress;
    this.progress.report(progress);
  }

  private downloading(doneBytes: number, totalBytes: number, canResume: boolean): void {
    const download = { canResume, notKept: this.notKept };
    this.report({ stage: "downloading", doneBytes, totalBytes, download });
  }
}

/** False when the signal aborts: nobody answers a question about a load that is over. */
function aborted(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true }));
}
