/** The worker's side of the library: what is kept, what a model would need. */
import { type ByteStore, blobSource } from "../runtime/files/byteSource";
import { openModelFiles } from "../runtime/files/modelFiles";
import { copyBandwidth } from "../runtime/gpu/copyBandwidth";
import type { Gpu } from "../runtime/gpu/device";
import { inspectModel } from "../runtime/inspectModel";
import { listHubFiles } from "../runtime/library/hub";
import { ModelLibrary } from "../runtime/library/modelLibrary";
import { loadBeside, loadKept } from "../runtime/loadKept";
import { type OpenedModel, openModel } from "../runtime/openModel";
import { VitrineError } from "../shared/errors";
import type {
  HubAccess,
  HubFile,
  KeptId,
  KeptModel,
  KeptTensorReport,
  LibraryApi,
  ModelInspection,
  OnInspected,
  StorageReport,
  VerifyReport,
} from "../shared/library";
import type { LoadProgress, LoadRequest, ModelSource } from "../shared/protocol";
import { splitChoice } from "../shared/recipes";
import { ModelLoading, PUBLIC_ACCESS, resolveRemote } from "./modelLoading";
import { ModelLocks } from "./modelLocks";

export class LibraryHost implements LibraryApi {
  private readonly library: ModelLibrary;
  private readonly locks = new ModelLocks(globalThis.navigator?.locks);
  private loading: ModelLoading | null = null;

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
    this.loading = new ModelLoading(this.library, this.locks, request, onProgress, onInspected);
    return this.loading;
  }

  /** The same source once more at some level, for as long as it is compared: nothing of it is kept. */
  async openBeside(
    gpu: Gpu,
    { source, level, variant, access = PUBLIC_ACCESS }: LoadRequest,
    onBytes: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<OpenedModel> {
    const options = { ...splitChoice(level), variant, onBytes, signal, download: { signal } };
    if (source.kind === "files") {
      const sources = source.files.map((file) => blobSource(file, file.webkitRelativePath || file.name));
      return openModel(gpu, await openModelFiles(sources, signal), options);
    }
    if (source.kind === "kept") return loadKept(gpu, this.library, await this.library.about(source.id), options);
    return loadBeside(gpu, this.library, await resolveRemote(source, access, { signal }), options);
  }

  endLoading(loading: ModelLoading): void {
    if (this.loading === loading) this.loading = null;
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

  async inspectModel(source: ModelSource, access: HubAccess): Promise<ModelInspection> {
    if (source.kind !== "url" && source.kind !== "hub") {
      throw new VitrineError("InvalidStateError", "Only models on a server are looked at before they are loaded.");
    }
    const remote = await resolveRemote(source, access);
    return inspectModel(remote, await remote.open(), this.library);
  }

  listKept(): Promise<KeptModel[]> {
    return this.library.list();
  }

  keptTensors(id: KeptId): Promise<KeptTensorReport[]> {
    return this.library.tensorsOf(id);
  }

  async verifyKept(id: KeptId, onProgress: (done: number, records: number) => void): Promise<VerifyReport> {
    const kept = await this.library.open(await this.library.about(id), async () => null);
    return kept.verify(onProgress);
  }

  async deleteKept(id: KeptId | null): Promise<void> {
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
