/** One load at a time, from wherever a model lies: files, an address, a hub, or this browser. */
import { blobSource } from "../runtime/files/byteSource";
import { openModelFiles } from "../runtime/files/modelFiles";
import { PauseGate } from "../runtime/files/pauseGate";
import type { UrlSourceOptions } from "../runtime/files/urlSource";
import type { Gpu } from "../runtime/gpu/device";
import { inspectModel } from "../runtime/inspectModel";
import { hubModel, hubSourceKey } from "../runtime/library/hub";
import { SpillingStore } from "../runtime/library/memoryStore";
import type { ModelLibrary } from "../runtime/library/modelLibrary";
import { type RemoteModel, urlModel } from "../runtime/library/remoteModel";
import { type LoadKeptOptions, loadAsked, loadKept, loadRemote } from "../runtime/loadKept";
import { type OpenedModel, openModel } from "../runtime/openModel";
import { VitrineError } from "../shared/errors";
import { type HubAccess, type OnInspected, PUBLIC_HUB } from "../shared/library";
import type { LoadProgress, LoadRequest, ModelSource } from "../shared/protocol";

export const PUBLIC_ACCESS: HubAccess = { address: PUBLIC_HUB, token: null };

/** A source on a server, asked what it is. @throws DownloadError, InvalidSettingError */
export async function resolveRemote(
  source: Extract<ModelSource, { kind: "url" | "hub" }>,
  access: HubAccess,
  options: UrlSourceOptions = {},
): Promise<RemoteModel> {
  return source.kind === "url" ? urlModel(source.url, options) : hubModel(source, access, options);
}

export class ModelLoading {
  private readonly cancel = new AbortController();
  private readonly gate = new PauseGate();
  private notKept: string | null = null;
  private isDownloading = false;
  private readonly library: ModelLibrary;

  constructor(
    library: ModelLibrary,
    private readonly request: LoadRequest,
    private readonly onProgress: (progress: LoadProgress) => void,
    private readonly onInspected: OnInspected | undefined,
  ) {
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
    const { source, access = PUBLIC_ACCESS } = this.request;
    const options = this.options();
    this.onProgress({ stage: "reading", doneBytes: 0, totalBytes: 0 });
    if (source.kind === "files") {
      const sources = source.files.map((file) => blobSource(file, file.webkitRelativePath || file.name));
      return openModel(gpu, await openModelFiles(sources, this.cancel.signal), options);
    }
    if (source.kind === "kept") {
      return loadKept(gpu, this.library, await this.library.about(source.id), options);
    }
    const resolve = () => resolveRemote(source, access, { ...options.download, onDownload: this.reading });
    if (source.kind === "url") return loadRemote(gpu, this.library, await resolve(), options);
    return loadAsked(gpu, this.library, { sourceKey: hubSourceKey(source, access), resolve }, options);
  }

  private options(): LoadKeptOptions {
    const { signal } = this.cancel;
    const { level, variant } = this.request;
    const weights = throttled((doneBytes, totalBytes) => this.onProgress({ stage: "weights", doneBytes, totalBytes }));
    const downloading = throttled((doneBytes, totalBytes, canResume) =>
      this.onProgress({ stage: "downloading", doneBytes, totalBytes, download: { canResume, notKept: this.notKept } }),
    );
    return {
      ...{ level, variant, recipe: "", signal, download: { signal, gate: this.gate } },
      onOpened: async (remote, files) => {
        if (this.onInspected === undefined) return;
        const inspection = await inspectModel(remote, files, this.library);
        const isWanted = await Promise.race([this.onInspected(inspection), aborted(signal)]);
        if (!isWanted) throw new VitrineError("CancelledError", `Loading ${inspection.name} was cancelled.`);
      },
      onDownload: (doneBytes, totalBytes, canResume) => {
        this.isDownloading = doneBytes < totalBytes;
        downloading(doneBytes, totalBytes, canResume);
      },
      // What is on its way from the network is the slower of the two.
      onBytes: (doneBytes, totalBytes) => {
        if (!this.isDownloading) weights(doneBytes, totalBytes, true);
      },
    };
  }

  /** While a server without ranges sends a whole file. */
  private readonly reading = (doneBytes: number, totalBytes: number | null): void => {
    this.readingThrottled(doneBytes, totalBytes ?? 0, false);
  };

  private readonly readingThrottled = throttled((doneBytes, totalBytes) =>
    this.onProgress({
      ...{ stage: "downloading", doneBytes, totalBytes },
      download: { canResume: false, notKept: this.notKept },
    }),
  );
}

/** False when the signal aborts: nobody answers a question about a load that is over. */
function aborted(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true }));
}

type Report = (doneBytes: number, totalBytes: number, canResume: boolean) => void;

/** At most one call every 50 ms, and the last one: a message per tensor piece would flood the page. */
function throttled(report: Report): Report {
  let last = -Infinity;
  return (done, total, canResume) => {
    const now = performance.now();
    if (now - last < 50 && done < total) return;
    last = now;
    report(done, total, canResume);
  };
}
