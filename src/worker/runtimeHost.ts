/** The worker's side of the protocol: handles in, runtime objects behind them. */

import type { ByteStore } from "../runtime/files/byteSource";
import { type Gpu, openGpu } from "../runtime/gpu/device";
import { MemoryStore } from "../runtime/library/memoryStore";
import { describeChoice } from "../runtime/model/kernelChoice";
import { recipeReport } from "../runtime/model/recipeReport";
import type { OpenedModel } from "../runtime/openModel";
import { towerHead } from "../runtime/session/towerHead";
import { thinkingOf } from "../runtime/text/thinking";
import type { Tokenizer } from "../runtime/text/tokenizer";
import { tokenTexts } from "../runtime/text/tokenTexts";
import { VitrineError } from "../shared/errors";
import { usableBytes } from "../shared/fit";
import type { HeadId, TowerHeadReport } from "../shared/inspection";
import type {
  HubAccess,
  KeptId,
  LibraryApi,
  ModelInspection,
  OnGgufPart,
  OnInspected,
  VerifyReport,
} from "../shared/library";
import type { TokenText } from "../shared/nextToken";
import type {
  DeviceReport,
  ImageReport,
  LoadProgress,
  LoadRequest,
  ModelHandle,
  ModelReport,
  ModelSource,
  RuntimeApi,
  SessionHandle,
} from "../shared/protocol";
import type { LevelChoice, RecipeReport } from "../shared/recipes";
import { borrowModel, type LentModel } from "./borrowModel";
import { ComparisonHost } from "./comparisonHost";
import { decodeImage } from "./decodeImage";
import { firstHandle } from "./firstHandle";
import { LibraryHost } from "./libraryHost";
import { ModelEnds } from "./modelEnds";
import { SessionHost } from "./sessionHost";

/** All but recordings. */
export type HostApi = Omit<RuntimeApi, "openRecording">;

interface LoadedModel extends LentModel {
  /** Lets other tabs have it. */
  readonly release: () => void;
  /** Why it is not kept, once that is known. */
  readonly kept: Promise<string | null>;
}

/**
 * @param webgpu `navigator.gpu` of this thread
 * @param store where models are kept
 * @param memoryBytes of the machine, where the browser tells
 */
export function createRuntimeHost(
  webgpu: GPU | undefined,
  store: ByteStore = new MemoryStore(),
  memoryBytes: number | null = null,
): HostApi {
  return new RuntimeHost(webgpu, store, memoryBytes);
}

class RuntimeHost implements HostApi {
  private gpu: Promise<Gpu> | null = null;
  private readonly models = new Map<ModelHandle, LoadedModel>();
  private readonly ends = new ModelEnds();
  private readonly sessions = new SessionHost((model) => this.modelOf(model));
  private nextHandle = firstHandle();
  private readonly library: LibraryHost;
  private readonly comparison: ComparisonHost;

  constructor(
    private readonly webgpu: GPU | undefined,
    store: ByteStore,
    memoryBytes: number | null,
  ) {
    this.comparison = new ComparisonHost((model, given, signal) => {
      this.modelOf(model);
      return (choice, onBytes) => borrowModel(this.library, this.loadedOf(model), choice, given, onBytes, signal);
    }, usableBytes(memoryBytes));
    this.library = new LibraryHost(store, () => this.openDevice());
  }

  async describeDevice(): Promise<DeviceReport> {
    return (await this.openDevice()).describe();
  }

  async loadModel(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    onInspected?: OnInspected,
    onTaken?: () => void,
  ): Promise<ModelReport> {
    const loading = this.library.startLoading(request, onProgress, onInspected);
    try {
      const opened = await loading.run(await this.openDevice());
      const handle = this.nextHandle++ as ModelHandle;
      const kept = loading.keeping.then(() => loading.notKept);
      this.models.set(handle, { opened, request, release: loading.release, kept });
      this.ends.opened(handle);
      loading.onLost = () => {
        onTaken?.();
        void this.unloadModel(handle);
      };
      return reportModel(handle, opened, loading.notKept);
    } finally {
      this.library.endLoading(loading);
    }
  }

  async cancelLoad(): Promise<void> {
    this.library.cancelLoad();
  }

  pauseLoad = () => this.library.pauseLoad();
  resumeLoad = () => this.library.resumeLoad();
  takeOverLoad = () => this.library.takeOverLoad();
  listKept = () => this.library.listKept();
  describeStorage = () => this.library.describeStorage();
  measureBandwidth = () => this.library.measureBandwidth();
  listHubFiles = (source: ModelSource, access: HubAccess) => this.library.listHubFiles(source, access);
  inspectModel = (source: ModelSource, access: HubAccess, also?: LevelChoice): Promise<ModelInspection> =>
    this.library.inspectModel(source, access, also);
  cancelKeep = () => this.library.cancelKeep();
  whenKept = async (handle: ModelHandle) => (await this.models.get(handle)?.kept) ?? null;
  describeKept = (id: KeptId) => this.library.describeKept(id);
  deleteKept = (id: KeptId | null) => this.library.deleteKept(id);
  verifyKept = (id: KeptId, onProgress: Parameters<LibraryApi["verifyKept"]>[1]): Promise<VerifyReport> =>
    this.library.verifyKept(id, onProgress);

  async keepModel(handle: ModelHandle, onProgress: Parameters<LibraryApi["keepModel"]>[1]): Promise<void> {
    await this.library.keepFiles(this.loadedOf(handle).request, onProgress);
  }

  async exportGguf(handle: ModelHandle, choice: LevelChoice, onPart: OnGgufPart): Promise<void> {
    await this.library.exportGguf(this.loadedOf(handle).request, choice, onPart);
  }

  async describeRecipe(handle: ModelHandle, choice: LevelChoice): Promise<RecipeReport> {
    return recipeReport(this.modelOf(handle).described, choice);
  }

  cancelExport = () => this.library.cancelExport();

  async unloadModel(handle: ModelHandle): Promise<void> {
    const loaded = this.models.get(handle);
    if (loaded === undefined) return;
    await this.comparison.letGo(handle);
    await this.sessions.closeOf(handle);
    this.models.delete(handle);
    this.ends.closed(handle);
    await loaded.opened.images?.destroy();
    loaded.opened.model.destroy();
    loaded.release();
  }

  whenGone = (handle: ModelHandle): Promise<void> => this.ends.whenGone(handle);

  async addImage(handle: ModelHandle, image: Blob): Promise<ImageReport> {
    const { name, model, images } = this.modelOf(handle);
    if (images === null) throw new VitrineError("InvalidSettingError", `${name} does not see pictures.`);
    const decoded = await decodeImage(model.gpu, image);
    const { hash, rows, seen, resizedWidth, resizedHeight, cropLeft, cropTop } = await images.encode(decoded);
    const { width: sourceWidth, height: sourceHeight } = decoded;
    const { patchSize } = images.vision;
    const sizes = { sourceWidth, sourceHeight, resizedWidth, resizedHeight, cropLeft, cropTop };
    return { hash, ...sizes, seen, patchSize, tokens: rows.length };
  }

  async tokenTexts(handle: ModelHandle, ids: readonly number[]): Promise<readonly TokenText[]> {
    return tokenTexts(this.tokenizerOf(handle), ids);
  }

  async tokensOf(handle: ModelHandle, text: string): Promise<readonly TokenText[]> {
    const tokenizer = this.tokenizerOf(handle);
    // Such tokenizers put a space before any text; one that was written is that one.
    const bare = tokenizer.dropsLeadingSpace && text.startsWith(" ") ? text.slice(1) : text;
    return tokenTexts(tokenizer, tokenizer.encode(bare, { addSpecial: false, parseSpecial: true }));
  }

  async readTowerHead(handle: ModelHandle, hash: string, head: HeadId, patch: number): Promise<TowerHeadReport> {
    return towerHead(this.modelOf(handle), hash, head, patch);
  }

  createSession: HostApi["createSession"] = (model, request) => this.sessions.createSession(model, request);
  closeSession = (session: SessionHandle) => this.sessions.closeSession(session);
  generate: HostApi["generate"] = (session, request, onEvent) => this.sessions.generate(session, request, onEvent);
  stop = (session: SessionHandle) => this.sessions.stop(session);
  watchNextToken: HostApi["watchNextToken"] = (session, isWatching) =>
    this.sessions.watchNextToken(session, isWatching);
  nextToken: HostApi["nextToken"] = (session, request) => this.sessions.nextToken(session, request);
  setInspection: HostApi["setInspection"] = (session, on) => this.sessions.setInspection(session, on);
  showText: HostApi["showText"] = (session, place, exactly) => this.sessions.showText(session, place, exactly);
  readOverview: HostApi["readOverview"] = (session, known) => this.sessions.readOverview(session, known);
  readTile: HostApi["readTile"] = (session, request) => this.sessions.readTile(session, request);
  readPair: HostApi["readPair"] = (session, head, row, key) => this.sessions.readPair(session, head, row, key);
  readLens: HostApi["readLens"] = (session, position, top) => this.sessions.readLens(session, position, top);
  readRollout: HostApi["readRollout"] = (session, position) => this.sessions.readRollout(session, position);
  readLensGrid: HostApi["readLensGrid"] = (session, start, count, follow) =>
    this.sessions.readLensGrid(session, start, count, follow);
  readEffect: HostApi["readEffect"] = (session, position, factors, top) =>
    this.sessions.readEffect(session, position, factors, top);
  scaleHeads: HostApi["scaleHeads"] = (session, factors) => this.sessions.scaleHeads(session, factors);

  compare: RuntimeApi["compare"] = (request, onEvent) => this.comparison.compare(request, onEvent);
  stopComparison = () => this.comparison.stopComparison();
  pauseComparison = () => this.comparison.pauseComparison();
  resumeComparison = () => this.comparison.resumeComparison();
  readComparedHead: RuntimeApi["readComparedHead"] = (request) => this.comparison.readComparedHead(request);
  runLanes: RuntimeApi["runLanes"] = (request, onEvent) => this.comparison.runLanes(request, onEvent);
  stopLanes = () => this.comparison.stopLanes();
  closeLanes = () => this.comparison.closeLanes();

  /** One device for all models; a lost one is opened anew, and what lived on it is gone. */
  private async openDevice(): Promise<Gpu> {
    const known = await this.gpu?.catch(() => null);
    if (known !== undefined && known !== null && !known.isLost) return known;
    if (known !== undefined && known !== null) {
      this.sessions.forget();
      this.comparison.forget();
      for (const { release } of this.models.values()) release();
      this.models.clear();
    }
    this.gpu = openGpu(this.webgpu);
    void this.gpu.then(
      (gpu) => gpu.device.lost.then(() => this.tellLoss(gpu)),
      () => {},
    );
    return this.gpu;
  }

  private async tellLoss(gpu: Gpu): Promise<void> {
    const lost = [...this.models.keys()];
    await this.sessions.answered();
    try {
      gpu.assertAlive();
    } catch (error) {
      this.ends.lost(lost, error);
    }
  }

  private loadedOf(handle: ModelHandle): LoadedModel {
    const loaded = this.models.get(handle);
    if (loaded === undefined)
      throw new VitrineError("InvalidStateError", "That model is no longer loaded. Load it again.");
    return loaded;
  }

  private modelOf(handle: ModelHandle): OpenedModel {
    return this.loadedOf(handle).opened;
  }

  private tokenizerOf(handle: ModelHandle): Tokenizer {
    const { tokenizer, name } = this.modelOf(handle);
    if (tokenizer === null) throw new VitrineError("TokenizerError", `${name} came without a tokenizer.`);
    return tokenizer;
  }
}

function reportModel(
  handle: ModelHandle,
  { name, choice, model, tokenizer, chatTemplate, ownSampling }: OpenedModel,
  notKept: string | null,
): ModelReport {
  return {
    handle,
    name,
    level: choice,
    spec: model.spec,
    parameters: model.weights.parameters,
    weightBytes: model.weights.bytesByFormat,
    gpuBytes: model.gpuBytes,
    hasTokenizer: tokenizer !== null,
    hasChatTemplate: chatTemplate !== null,
    thinking: tokenizer === null || chatTemplate === null ? null : thinkingOf(tokenizer, chatTemplate),
    ownSampling,
    notKept,
    variants: describeChoice(model.choice),
  };
}
