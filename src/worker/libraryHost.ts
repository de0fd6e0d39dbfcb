/** The worker's side of the library: what is kept, what a model would need. */
import { type ByteStore, throwIfCancelled } from "../runtime/files/byteSource";
import { copyBandwidth } from "../runtime/gpu/copyBandwidth";
import type { Gpu } from "../runtime/gpu/device";
import { countParameters, inspectModel } from "../runtime/inspectModel";
import { keepFiles } from "../runtime/keepFiles";
import { listHubFiles } from "../runtime/library/hub";
import { ModelLibrary } from "../runtime/library/modelLibrary";
import { loadBeside, loadKept } from "../runtime/loadKept";
import { choiceFor, describeModel, type OpenedModel, openModel } from "../runtime/openModel";
import { VitrineError } from "../shared/errors";
import {
  type HubAccess,
  type HubFile,
  type KeptDescription,
  type KeptId,
  type KeptModel,
  type LibraryApi,
  linkOfFiles,
  type ModelInspection,
  type OnGgufPart,
  type OnInspected,
  type StorageReport,
  type VerifyReport,
} from "../shared/library";
import type { LoadProgress, LoadRequest, ModelSource } from "../shared/protocol";
import { type LevelChoice, splitChoice } from "../shared/recipes";
import { withThreads } from "./conversion";
import { ModelLoading } from "./modelLoading";
import { ModelLocks } from "./modelLocks";
import { PUBLIC_ACCESS, resolveRemote, sourceFiles } from "./sourceFiles";

type OnKept = Parameters<LibraryApi["keepModel"]>[1];

/** The same files have the same key: a file's name, size and last change. */
export function keyOfFiles(files: readonly File[] = []): string {
  const parts = files.map((file) => `${file.webkitRelativePath || file.name} ${file.size} ${file.lastModified}`);
  return `files ${parts.sort().join(", ")}`;
}

export class LibraryHost implements Omit<LibraryApi, "keepModel" | "whenKept" | "exportGguf" | "describeRecipe"> {
  private readonly library: ModelLibrary;
  private readonly locks = new ModelLocks(globalThis.navigator?.locks);
  private loading: ModelLoading | null = null;
  private keeping: AbortController | null = null;
  /** Of all models loaded so far: settles when nothing of them is being written any more. */
  private written: Promise<void> = Promise.resolve();
  private exporting: AbortController | null = null;

  constructor(
    store: ByteStore,
    private readonly openDevice: () => Promise<Gpu>,
  ) {
    this.library = new ModelLibrary(store);
  }

  /** Takes the place of a load under way. */
  startLoading(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    onInspected: OnInspected | undefined,
  ): ModelLoading {
    this.loading?.abort();
    this.loading = new ModelLoading(this.library, this.locks, request, onProgress, onInspected, this.written);
    return this.loading;
  }

  /** The same source once more at some level, for as long as it is compared: nothing of it is kept. */
  openBeside(
    gpu: Gpu,
    { source, level, variant, lora, access = PUBLIC_ACCESS }: LoadRequest,
    onBytes: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<OpenedModel> {
    return withThreads(async (convert) => {
      const options = { ...splitChoice(level), variant, onBytes, signal, download: { signal }, convert };
      if (source.kind === "files" || lora !== undefined) {
        return openModel(gpu, await sourceFiles(this.library, { source, access, lora }, signal), options);
      }
      if (source.kind === "kept") return loadKept(gpu, this.library, await this.library.about(source.id), options);
      return loadBeside(gpu, this.library, await resolveRemote(source, access, { signal }), options);
    });
  }

  endLoading(loading: ModelLoading): void {
    if (this.loading === loading) this.loading = null;
    this.written = Promise.all([this.written, loading.keeping]).then(() => {});
  }

  cancelLoad(): void {
    this.loading?.abort();
  }

  async pauseLoad(): Promise<void> {
    this.loading?.pause();
  }

  async resumeLoad(): Promise<void> {
    this.loading?.resume();
  }

  async takeOverLoad(): Promise<void> {
    this.loading?.takeOver();
  }

  async listHubFiles(source: ModelSource, access: HubAccess): Promise<HubFile[]> {
    return source.kind === "hub" ? listHubFiles(source, access) : [];
  }

  async inspectModel(source: ModelSource, access: HubAccess, also?: LevelChoice): Promise<ModelInspection> {
    if (source.kind !== "url" && source.kind !== "hub") {
      throw new VitrineError("InvalidStateError", "Only models on a server are looked at before they are loaded.");
    }
    const remote = await resolveRemote(source, access);
    return inspectModel(remote, await remote.open(), this.library, also);
  }

  /** The files of a person's own, as they were asked for. */
  async keepFiles({ source, level, lora }: LoadRequest, onProgress: OnKept): Promise<void> {
    if (source.kind !== "files") throw new VitrineError("InvalidStateError", "This model did not come from files.");
    if (lora !== undefined) {
      throw new VitrineError(
        "InvalidStateError",
        "A model with an adapter in it is not kept. Keep the model without it, and choose the adapter again next time.",
      );
    }
    this.keeping?.abort();
    const cancel = new AbortController();
    this.keeping = cancel;
    const { signal } = cancel;
    try {
      const files = await sourceFiles(this.library, { source }, signal);
      const link = linkOfFiles(source.files);
      const choice = { sourceKey: keyOfFiles(source.files), link, ...splitChoice(level) };
      await withThreads((convert) => keepFiles(this.library, files, choice, { signal, onProgress, convert }));
    } finally {
      if (this.keeping === cancel) this.keeping = null;
    }
  }

  async cancelKeep(): Promise<void> {
    this.keeping?.abort();
  }

  /** What was asked for, at another level, as one file. */
  async exportGguf(request: LoadRequest, asked: LevelChoice, onPart: OnGgufPart): Promise<void> {
    this.exporting?.abort();
    const cancel = new AbortController();
    this.exporting = cancel;
    const { signal } = cancel;
    try {
      // Few people save: its code comes when it is asked for.
      const { exportGguf } = await import("../runtime/export/exportGguf");
      const files = await sourceFiles(this.library, request, signal);
      const { sizeBytes, bytes } = await exportGguf(files, {
        ...splitChoice(choiceFor(describeModel(files), asked)),
        signal,
      });
      for await (const part of bytes()) {
        throwIfCancelled(signal, files.name);
        await onPart(part as Uint8Array<ArrayBuffer>, sizeBytes);
      }
    } finally {
      if (this.exporting === cancel) this.exporting = null;
    }
  }

  async cancelExport(): Promise<void> {
    this.exporting?.abort();
  }

  listKept(): Promise<KeptModel[]> {
    return this.library.list();
  }

  /** From what is kept beside the weights, also of a model that has not come whole. */
  async describeKept(id: KeptId): Promise<KeptDescription> {
    const kept = await this.library.open(await this.library.about(id), async () => null);
    const files = await this.library.filesOf(kept);
    const { spec } = describeModel(files);
    return { spec, parameters: countParameters(files), tensors: await this.library.tensorsOf(id) };
  }

  async verifyKept(id: KeptId, onProgress: (done: number, records: number) => void): Promise<VerifyReport> {
    await this.written;
    const kept = await this.library.open(await this.library.about(id), async () => null);
    return kept.verify(onProgress);
  }

  async deleteKept(id: KeptId | null): Promise<void> {
    await this.written;
    await (id === null ? this.library.deleteAll() : this.library.delete(id));
  }

  async describeStorage(): Promise<StorageReport> {
    const storage = globalThis.navigator?.storage;
    const estimate = await storage?.estimate?.().catch(() => null);
    const isPersisted = (await storage?.persisted?.().catch(() => false)) ?? false;
    return { usedBytes: estimate?.usage ?? null, quotaBytes: estimate?.quota ?? null, isPersisted };
  }

  async measureBandwidth(): Promise<number> {
    return copyBandwidth(await this.openDevice());
  }
}
