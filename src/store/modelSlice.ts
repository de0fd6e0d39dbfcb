import { VitrineError } from "../shared/errors";
import { isLoraFile, type KeptModel, mainFile } from "../shared/library";
import type {
  KernelVariant,
  LoadProgress,
  LoadRequest,
  ModelReport,
  ModelSource,
  SessionReport,
  SessionRequest,
} from "../shared/protocol";
import type { LevelChoice } from "../shared/recipes";
import type { SliceContext } from "./appState";
import { DownloadRate } from "./downloadRate";
import { toErrorInfo } from "./errorInfo";
import { createFrameBatcher } from "./frameBatcher";
import { accessOf, offerFiles } from "./librarySlice";
import { linkOf, parseLevel, parseModelLink, sourceName } from "./modelSource";
import { lastingNotice } from "./noticeSlice";
import { settingsFor } from "./samplingSlice";
import { isSameCache } from "./sessionSlice";
import { rememberModel } from "./startModel";

export interface OpenModel {
  readonly report: ModelReport;
  readonly request: LoadRequest;
}

export interface Loading {
  readonly name: string;
  readonly request: LoadRequest;
  /** Null until the first bytes are in. */
  readonly progress: LoadProgress | null;
  readonly isCancelling: boolean;
  readonly isPaused: boolean;
  /** Bytes a second over the last few seconds of downloading; null while that is not known. */
  readonly bytesPerSecond: number | null;
}

export interface ModelSlice {
  /** The choice for the next load. */
  readonly level: LevelChoice;
  readonly variant: KernelVariant;
  readonly model: OpenModel | null;
  readonly loading: Loading | null;
  /** The repository whose files a hub is asked for; null: none. */
  readonly listing: { readonly id: string } | null;
  /** A hub may never answer: the person goes on without. */
  readonly cancelListing: () => void;
  /** Until it is settled what opens by itself, and that is open. */
  readonly isStarting: boolean;
  /** What was opened last, or tried when nothing was open: a lost device asks for it again. */
  readonly lastRequest: LoadRequest | null;
  /** What `rememberedModel` was opened from, in this visit. */
  readonly openedRequest: LoadRequest | null;
  readonly chooseLevel: (level: LevelChoice) => void;
  readonly chooseVariant: (variant: KernelVariant) => void;
  readonly openFiles: (files: readonly File[]) => Promise<void>;
  /** `level` as in the address bar; null keeps the choice. */
  readonly openLink: (link: string, level: string | null, base: string) => Promise<void>;
  /** The last source again, with the level and kernels chosen now. */
  readonly reloadModel: () => Promise<void>;
  readonly openKept: (kept: KeptModel) => Promise<void>;
  /** One of the files a repository offers. */
  readonly openSource: (source: ModelSource) => Promise<void>;
  readonly pauseLoading: () => Promise<void>;
  readonly resumeLoading: () => Promise<void>;
  /** Ends the wait for another tab, which loses the model. */
  readonly takeOverLoading: () => Promise<void>;
  readonly cancelLoading: () => Promise<void>;
  readonly closeModel: () => Promise<void>;
  /** After a lost device: its handles mean nothing any more. */
  readonly forgetModel: () => void;
}

/** Whether `reloadModel` brings back the model that is remembered: also one from files, as long as the page lives. */
export function canReopen({ lastRequest, openedRequest }: ModelSlice): boolean {
  return lastRequest !== null && lastRequest === openedRequest;
}

const LORA_ALONE = "This is an adapter. Open its model first, or choose the model's files with it.";
const NO_MODEL = { model: null, session: null, sessionRequest: null, cacheLength: null } as const;

/** A cache chosen for a model with a longer context: what fits this one. */
function cacheFor({ spec }: ModelReport, request: SessionRequest): SessionRequest {
  return (request.capacity ?? 0) > spec.contextLength ? { ...request, capacity: null } : request;
}

export function createModelSlice(context: SliceContext): ModelSlice {
  const { runtime, get, set } = context;
  const frames = createFrameBatcher(context.requestFrame);
  let current: Promise<void> = Promise.resolve();
  /** The newest of all that were asked for: one before it that has not begun never does. */
  let wanted: object | null = null;
  let rate = new DownloadRate();

  function showProgress(request: LoadRequest, progress: LoadProgress): void {
    frames.schedule(() => {
      const { loading } = get();
      if (loading?.request !== request) return;
      const bytesPerSecond = rate.add(progress, context.now());
      set({ loading: { ...loading, progress, bytesPerSecond: loading.isPaused ? null : bytesPerSecond } });
    });
  }

  /** Frees a model that was replaced or refused; what fails here has no consequence for the person. */
  async function release(model: ModelReport | null, session: SessionReport | null): Promise<void> {
    try {
      if (session !== null) await runtime.closeSession(session.handle);
      if (model !== null) await runtime.unloadModel(model.handle);
    } catch (error) {
      if (toErrorInfo(error).name === "DeviceLostError") get().report({ kind: "device-lost" }, error);
    }
  }

  /** Another tab took the model: what was on the GPU is gone already. */
  function taken(request: LoadRequest): void {
    if (get().model?.request !== request) return;
    const { name } = get().model?.report ?? { name: "" };
    get().forgetModel();
    const message = "Another tab of this page took it over. Load it again to have it back here.";
    get().report({ kind: "taken", name }, new VitrineError("InvalidStateError", message));
  }

  /** A device that is lost is told at once and not with the next message; an answer under way tells it itself. */
  async function watchLoss({ handle }: ModelReport): Promise<void> {
    try {
      await runtime.whenGone(handle);
    } catch (error) {
      if (get().model?.report.handle === handle && get().streaming === null)
        get().report({ kind: "device-lost" }, error);
    }
  }

  async function openSession(report: ModelReport, request: SessionRequest): Promise<SessionReport> {
    try {
      return await runtime.createSession(report.handle, request);
    } catch (error) {
      await release(report, null);
      throw error;
    }
  }

  const isCancelled = (): boolean => get().loading?.isCancelling === true;

  async function load(request: LoadRequest): Promise<void> {
    const report = await runtime.loadModel(
      request,
      (progress) => showProgress(request, progress),
      (inspection) => get().considerFit(request.source, inspection),
      () => taken(request),
    );
    const sessionRequest = cacheFor(report, get().cacheRequest);
    const session = await openSession(report, sessionRequest);
    if (!isCancelled()) await get().stopAndWait();
    // Also while the answer under way came to its end.
    if (isCancelled()) {
      await release(report, session);
      return;
    }
    const before = { model: get().model, session: get().session };
    const model = { report, request };
    const cacheRequest = cacheFor(report, get().cacheRequest);
    set({ model, session, sessionRequest, cacheRequest, lastRequest: request, experiment: null, ablation: null });
    void get().awaitKept(model);
    void watchLoss(report);
    // It may have been chosen while this one was made.
    if (!isSameCache(cacheRequest, sessionRequest)) void get().changeCache({});
    set({
      settings: settingsFor(get(), report.ownSampling),
      cacheLength: 0,
      openedRequest: request,
      rememberedModel: rememberModel(report.name, report.level, linkOf(request.source)),
    });
    await release(before.model?.report ?? null, before.session);
  }

  async function start(source: ModelSource, level: LevelChoice, lora: readonly File[]): Promise<void> {
    const adapter = lora.length > 0 ? { lora } : {};
    const request: LoadRequest = { source, level, variant: get().variant, access: accessOf(get()), ...adapter };
    rate = new DownloadRate();
    const name = sourceName(source);
    set({ notice: lastingNotice(get()), alertTurn: null, looked: null, hubFiles: null });
    if (get().model === null) set({ lastRequest: request });
    const fresh = { isCancelling: false, isPaused: false, bytesPerSecond: null };
    set({ loading: { name, request, progress: null, ...fresh } });
    try {
      await load(request);
    } catch (error) {
      if (toErrorInfo(error).name !== "CancelledError") get().report({ kind: "open", name }, error);
    } finally {
      frames.cancel();
      set({ loading: null });
      get().answerFit(false);
      // What is kept has changed; only where somebody looks at it.
      if (get().kept !== null) void get().refreshLibrary();
    }
  }

  /** Whatever is loading is cancelled and over before the next load starts. */
  function open(source: ModelSource, level: LevelChoice, lora: readonly File[] = []): Promise<void> {
    // A list that is still to come is no longer wanted.
    set({ listing: null });
    const own = {};
    wanted = own;
    const cancelled = get().cancelLoading();
    current = Promise.all([current, cancelled]).then(() => (wanted === own ? start(source, level, lora) : undefined));
    return current;
  }

  /**
   * Asks the hub which files it has. Without a network what is kept may still open: then there is nothing to choose.
   * @returns true when a person chooses, or wanted something else meanwhile
   */
  async function isLeftToPerson(source: ModelSource & { kind: "hub" }): Promise<boolean> {
    const listing = { id: source.id };
    const isWanted = (): boolean => get().listing === listing;
    set({ listing });
    try {
      return (await offerFiles(context, source, isWanted)) || !isWanted();
    } catch (error) {
      if (!isWanted()) return true;
      if (toErrorInfo(error).name === "DownloadError") return false;
      throw error;
    } finally {
      if (isWanted()) set({ listing: null });
    }
  }

  return {
    level: "stored",
    variant: "auto",
    model: null,
    loading: null,
    listing: null,
    isStarting: true,
    lastRequest: null,
    openedRequest: null,
    chooseLevel: (level) => {
      set({ level });
      void get().lookAgain();
    },
    chooseVariant: (variant) => set({ variant }),
    openFiles: async (files) => {
      const lora = files.filter(isLoraFile);
      const rest = files.filter((file) => !lora.includes(file));
      if (rest.some(({ name }) => /\.(gguf|safetensors)$/i.test(name)) || lora.length === 0) {
        if (files.length > 0) await open({ kind: "files", files: rest }, get().level, lora);
        return;
      }
      // An adapter alone is for the model that is open.
      const { model } = get();
      if (model !== null) await open(model.request.source, get().level, lora);
      else get().report({ kind: "open", name: mainFile(lora) }, new VitrineError("InvalidStateError", LORA_ALONE));
    },
    openLink: async (link, level, base) => {
      try {
        if (level !== null) set({ level: parseLevel(level) });
        const source = parseModelLink(link, base, get().hubAddress);
        // What went wrong before has nothing to do with this link.
        set({ notice: lastingNotice(get()), hubFiles: null });
        if (source.kind === "hub" && (await isLeftToPerson(source))) return;
        await open(source, get().level);
      } catch (error) {
        get().report({ kind: "open-link" }, error);
      }
    },
    cancelListing: () => set({ listing: null }),
    openKept: async (kept) => {
      set({ level: kept.level });
      await open({ kind: "kept", id: kept.id, name: kept.name, link: kept.link }, kept.level);
    },
    openSource: (source) => open(source, get().level),
    pauseLoading: async () => {
      const { loading } = get();
      if (loading === null) return;
      set({ loading: { ...loading, isPaused: true, bytesPerSecond: null } });
      await runtime.pauseLoad();
    },
    resumeLoading: async () => {
      const { loading } = get();
      if (loading === null) return;
      rate = new DownloadRate();
      set({ loading: { ...loading, isPaused: false } });
      await runtime.resumeLoad();
    },
    takeOverLoading: () => runtime.takeOverLoad(),
    reloadModel: async () => {
      const { lastRequest, level } = get();
      if (lastRequest !== null) await open(lastRequest.source, level, lastRequest.lora);
    },
    cancelLoading: async () => {
      const { loading } = get();
      if (loading === null || loading.isCancelling) return;
      set({ loading: { ...loading, isCancelling: true } });
      try {
        await runtime.cancelLoad();
      } catch (error) {
        get().report({ kind: "cancel" }, error);
      }
    },
    closeModel: async () => {
      await get().stopAndWait();
      const { model, session, rememberedModel } = get();
      set({ ...NO_MODEL, rememberedModel: rememberedModel && { ...rememberedModel, startsLeft: 0 } });
      await release(model?.report ?? null, session);
    },
    forgetModel: () => set(NO_MODEL),
  };
}
