/** The worker's side of the protocol: handles in, runtime objects behind them. */

import type { BorrowedModel } from "../runtime/comparison/comparisonSetting";
import type { ByteStore } from "../runtime/files/byteSource";
import { type Gpu, openGpu } from "../runtime/gpu/device";
import { MemoryStore } from "../runtime/library/memoryStore";
import { describeChoice } from "../runtime/model/kernelChoice";
import { recipeReport } from "../runtime/model/recipeReport";
import type { OpenedModel } from "../runtime/openModel";
import { generateText } from "../runtime/session/generation";
import { Inspection } from "../runtime/session/inspection";
import { NextTokens } from "../runtime/session/nextToken";
import { Session } from "../runtime/session/session";
import { towerHead } from "../runtime/session/towerHead";
import { thinkingOf } from "../runtime/text/thinking";
import type { Tokenizer } from "../runtime/text/tokenizer";
import { tokenTexts } from "../runtime/text/tokenTexts";
import type { ComparisonRequest } from "../shared/comparison";
import { VitrineError } from "../shared/errors";
import { usableBytes } from "../shared/fit";
import type {
  AttentionOverview,
  AttentionTileData,
  EffectReport,
  HeadFactor,
  HeadId,
  LensGridReport,
  LensReport,
  OverviewKnown,
  QueryKeyPair,
  TileRequest,
  TowerHeadReport,
} from "../shared/inspection";
import type {
  HubAccess,
  KeptId,
  LibraryApi,
  ModelInspection,
  OnGgufPart,
  OnInspected,
  VerifyReport,
} from "../shared/library";
import type { NextTokenReport, NextTokenRequest, TextPlace, TokenText } from "../shared/nextToken";
import type {
  DeviceReport,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  ImageReport,
  LoadProgress,
  LoadRequest,
  ModelHandle,
  ModelReport,
  ModelSource,
  RuntimeApi,
  SessionHandle,
  SessionReport,
  SessionRequest,
} from "../shared/protocol";
import {
  type ComparedChoice,
  type LevelChoice,
  type RecipeReport,
  splitCompared,
  splitWeights,
} from "../shared/recipes";
import { ComparisonHost } from "./comparisonHost";
import { decodeImage } from "./decodeImage";
import { keyOfFiles, LibraryHost } from "./libraryHost";
import { ModelEnds } from "./modelEnds";

/** All but recordings. */
export type HostApi = Omit<RuntimeApi, "openRecording">;

interface LoadedModel {
  readonly opened: OpenedModel;
  /** How it was asked for: a comparison reads its files again. */
  readonly request: LoadRequest;
  /** Lets other tabs have it. */
  readonly release: () => void;
  /** Why it is not kept, once that is known. */
  readonly kept: Promise<string | null>;
}

interface OpenSession {
  readonly session: Session;
  readonly model: ModelHandle;
  /** Ends the generation under way, if any. */
  stop: AbortController | null;
  /** The last one, which may be over. */
  answer: Promise<unknown> | null;
  /** Null while nobody looks at next tokens. */
  nextTokens: NextTokens | null;
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
  private readonly sessions = new Map<SessionHandle, OpenSession>();
  private nextHandle = 1;
  private readonly library: LibraryHost;
  private readonly comparison: ComparisonHost;

  constructor(
    private readonly webgpu: GPU | undefined,
    store: ByteStore,
    memoryBytes: number | null,
  ) {
    this.comparison = new ComparisonHost((model, given, signal) => {
      this.modelOf(model);
      return (choice, onBytes) => this.borrow(model, choice, given, onBytes, signal);
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
    for (const [session, open] of this.sessions) {
      if (open.model === handle) await this.closeSession(session);
    }
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

  async createSession(handle: ModelHandle, request: SessionRequest): Promise<SessionReport> {
    const { model } = this.modelOf(handle);
    const session = await Session.create(model, { capacity: request.capacity, precision: request.kvPrecision });
    const sessionHandle = this.nextHandle++ as SessionHandle;
    this.sessions.set(sessionHandle, { session, model: handle, stop: null, answer: null, nextTokens: null });
    const { capacity, precision, sizeBytes, bytesPerToken } = session.cache;
    return { handle: sessionHandle, capacity, kvPrecision: precision, cacheBytes: sizeBytes, bytesPerToken };
  }

  async closeSession(handle: SessionHandle): Promise<void> {
    const open = this.sessions.get(handle);
    if (open === undefined) return;
    this.sessions.delete(handle);
    open.stop?.abort();
    await open.session.close();
  }

  async generate(
    handle: SessionHandle,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult> {
    const open = this.sessionOf(handle);
    if (open.stop !== null) {
      throw new VitrineError("InvalidStateError", "This session is generating already; stop it first.");
    }
    const answer = this.answer(open, request, onEvent);
    open.answer = answer;
    return answer;
  }

  private async answer(
    open: OpenSession,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult> {
    const stop = new AbortController();
    open.stop = stop;
    let delivered: unknown;
    const tell = (event: GenerateEvent): void => {
      delivered = onEvent(event);
    };
    try {
      return await generateText(this.modelOf(open.model), open.session, request, tell, stop.signal);
    } catch (error) {
      // Events go to another port than what is thrown and may come after it. A result has all the words; an error does
      // not, so it waits until the last event has arrived.
      await delivered;
      throw error;
    } finally {
      open.stop = null;
    }
  }

  async stop(handle: SessionHandle): Promise<void> {
    this.sessions.get(handle)?.stop?.abort();
  }

  async watchNextToken(handle: SessionHandle, isWatching: boolean): Promise<void> {
    const open = this.sessions.get(handle);
    // Closed meanwhile: then there is nothing to free.
    if (open === undefined && !isWatching) return;
    const { session, model } = this.sessionOf(handle);
    await session.keepHidden(isWatching);
    this.sessionOf(handle).nextTokens = isWatching ? new NextTokens(this.modelOf(model), session) : null;
  }

  async nextToken(handle: SessionHandle, request: NextTokenRequest): Promise<NextTokenReport | null> {
    const { nextTokens } = this.sessionOf(handle);
    if (nextTokens === null) throw new VitrineError("InvalidStateError", "Nobody watches this session's next tokens.");
    return nextTokens.report(request);
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

  async setInspection(handle: SessionHandle, on: boolean): Promise<void> {
    // Closed meanwhile: then there is nothing to free.
    if (!on && !this.sessions.has(handle)) return;
    await this.sessionOf(handle).session.inspect(on);
  }

  async showText(handle: SessionHandle, place: TextPlace, exactly = false): Promise<number> {
    return this.inspectionOf(handle).showText(place, exactly);
  }

  async readOverview(handle: SessionHandle, known: OverviewKnown | null): Promise<AttentionOverview | null> {
    return this.inspectionOf(handle).overview(known);
  }

  async readTile(handle: SessionHandle, request: TileRequest): Promise<AttentionTileData> {
    return this.inspectionOf(handle).tile(request);
  }

  async readPair(handle: SessionHandle, head: HeadId, row: number, key: number): Promise<QueryKeyPair> {
    return this.inspectionOf(handle).pair(head, row, key);
  }

  async readLens(handle: SessionHandle, position: number, top: number): Promise<LensReport | null> {
    return this.inspectionOf(handle).lens(position, top);
  }

  async readRollout(handle: SessionHandle, position: number): Promise<Float32Array<ArrayBuffer>> {
    return this.inspectionOf(handle).rollout(position);
  }

  async readTowerHead(handle: ModelHandle, hash: string, head: HeadId, patch: number): Promise<TowerHeadReport> {
    return towerHead(this.modelOf(handle), hash, head, patch);
  }

  async readLensGrid(
    handle: SessionHandle,
    start: number,
    count: number,
    follow: number | null,
  ): Promise<LensGridReport | null> {
    return this.inspectionOf(handle).lensGrid(start, count, follow);
  }

  async readEffect(
    handle: SessionHandle,
    position: number,
    factors: readonly HeadFactor[],
    top: number,
  ): Promise<EffectReport | null> {
    const effect = await this.inspectionOf(handle).effect(position, factors, top);
    this.forgetNextTokens(this.sessionOf(handle));
    return effect;
  }

  async scaleHeads(handle: SessionHandle, factors: readonly HeadFactor[]): Promise<void> {
    const open = this.sessionOf(handle);
    await open.session.scaleHeads(factors);
    this.forgetNextTokens(open);
  }

  /** What was computed for any text under other factors is void. */
  private forgetNextTokens(open: OpenSession): void {
    if (open.nextTokens !== null) open.nextTokens = new NextTokens(this.modelOf(open.model), open.session);
  }

  compare: RuntimeApi["compare"] = (request, onEvent) => this.comparison.compare(request, onEvent);
  stopComparison = () => this.comparison.stopComparison();
  pauseComparison = () => this.comparison.pauseComparison();
  resumeComparison = () => this.comparison.resumeComparison();
  readComparedHead: RuntimeApi["readComparedHead"] = (request) => this.comparison.readComparedHead(request);
  runLanes: RuntimeApi["runLanes"] = (request, onEvent) => this.comparison.runLanes(request, onEvent);
  stopLanes = () => this.comparison.stopLanes();
  closeLanes = () => this.comparison.closeLanes();

  /** The open model where it is of that level, else its files once more. */
  private async borrow(
    handle: ModelHandle,
    choice: ComparedChoice,
    { file, lora: given }: Pick<ComparisonRequest, "file" | "lora">,
    onBytes: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<BorrowedModel> {
    const { opened: open, request } = this.loadedOf(handle);
    const { weights } = splitCompared(choice);
    if (weights === "file") return this.borrowFile(open, { ...request, file }, onBytes, signal);
    const { choice: level, hasLora } = splitWeights(weights);
    const lora = hasLora ? (given ?? request.lora) : undefined;
    if (hasLora && lora === undefined) throw new VitrineError("InvalidSettingError", "Choose the adapter first.");
    if (open.choice === level && keyOfFiles(lora) === keyOfFiles(request.lora)) {
      return { opened: open, release: () => {}, ownBytes: 0 };
    }
    const opened = await this.library.openBeside(open.model.gpu, { ...request, level, lora }, onBytes, signal);
    if (opened.choice !== level) {
      opened.model.destroy();
      throw new VitrineError(
        "InvalidStateError",
        `The weights of ${opened.name} are quantized here already and stay as they are (${opened.choice}), so they cannot be computed at ${level}. Open the full-precision files to compare levels.`,
      );
    }
    return { opened, release: () => opened.model.destroy(), ownBytes: opened.model.gpuBytes };
  }

  /** Another file beside the open model. @throws InvalidSettingError where their tokens are not the same */
  private async borrowFile(
    open: OpenedModel,
    { file, ...request }: LoadRequest & { readonly file: readonly File[] | null },
    onBytes: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<BorrowedModel> {
    if (file === null) throw new VitrineError("InvalidSettingError", "Choose the file that is to be compared.");
    const source = { kind: "files", files: file } as const;
    const opened = await this.library.openBeside(
      open.model.gpu,
      { ...request, source, level: "stored", lora: undefined },
      onBytes,
      signal,
    );
    const release = (): void => {
      void opened.images?.destroy();
      opened.model.destroy();
    };
    try {
      const { checkSameTokens } = await import("../runtime/comparison/sameTokens");
      checkSameTokens(open, opened);
      return { opened, release, ownBytes: opened.model.gpuBytes };
    } catch (error) {
      release();
      throw error;
    }
  }

  private inspectionOf(handle: SessionHandle): Inspection {
    const { session, model } = this.sessionOf(handle);
    return new Inspection(this.modelOf(model), session);
  }

  /** One device for all models; a lost one is opened anew, and what lived on it is gone. */
  private async openDevice(): Promise<Gpu> {
    const known = await this.gpu?.catch(() => null);
    if (known !== undefined && known !== null && !known.isLost) return known;
    if (known !== undefined && known !== null) {
      this.sessions.clear();
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
    await Promise.allSettled([...this.sessions.values()].map(({ answer }) => answer));
    try {
      gpu.assertAlive();
    } catch (error) {
      this.ends.lost(error);
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

  private sessionOf(handle: SessionHandle): OpenSession {
    const open = this.sessions.get(handle);
    if (open === undefined)
      throw new VitrineError("InvalidStateError", "That session was closed. Load the model again.");
    return open;
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
