/** What is kept in this browser, what a model would need, and the room there is. */
import { type Fit, judgeFit, withKept } from "../shared/fit";
import {
  type HubAccess,
  type HubFile,
  type KeptDescription,
  type KeptId,
  type KeptModel,
  linkOfFiles,
  type ModelInspection,
  type StorageReport,
} from "../shared/library";
import type { ModelSource } from "../shared/protocol";
import type { LevelChoice } from "../shared/recipes";
import type { AppState, SliceContext } from "./appState";
import { toErrorInfo } from "./errorInfo";
import type { OpenModel } from "./modelSlice";
import { parseModelLink } from "./modelSource";
import { rememberModel } from "./startModel";

/** A model that was looked at before loading. */
export interface Looked {
  readonly source: ModelSource;
  readonly inspection: ModelInspection;
  /** The load waits for the person's word, because it may not fit. */
  readonly isAsking: boolean;
}

export interface Verification {
  readonly id: KeptId;
  readonly doneRecords: number;
  readonly records: number;
  /** Null while it goes on. */
  readonly damaged: readonly number[] | null;
}

export interface Keeping {
  readonly doneBytes: number;
  /** 0 until it is known. */
  readonly totalBytes: number;
}

export interface UnkeptModel {
  readonly name: string;
  readonly sizeBytes: number;
  readonly hasRoom: boolean;
}

export interface LibrarySlice {
  /** Null: not read yet. */
  readonly kept: readonly KeptModel[] | null;
  readonly storage: StorageReport | null;
  readonly looked: Looked | null;
  /** GGUF models of a repository, of which one is to be chosen. */
  readonly hubFiles: { readonly source: ModelSource & { kind: "hub" }; readonly files: readonly HubFile[] } | null;
  readonly isLooking: boolean;
  readonly verification: Verification | null;
  /** Of the one whose details are open. */
  readonly keptDescription: (KeptDescription & { readonly id: KeptId }) | null;
  /** Bytes a second that the GPU copies; null: not measured. */
  readonly copyBytesPerSecond: number | null;
  readonly isMeasuring: boolean;
  /** Files of the person's own on their way into the store. */
  readonly keeping: Keeping | null;
  /** The last records of the open model are being written. */
  readonly isWriting: boolean;
  /** Of the machine, as far as the browser tells. */
  readonly memoryBytes: number | null;
  readonly refreshLibrary: () => Promise<void>;
  /** Newest use first; none where the store cannot be read. */
  readonly keptModels: () => Promise<readonly KeptModel[]>;
  /** Looks at a link without loading it. */
  readonly lookAt: (link: string, base: string) => Promise<void>;
  /** For a recipe of the person's own, which came after the look. */
  readonly lookAgain: () => Promise<void>;
  /** The person's word on a load that waits for it. */
  readonly answerFit: (goOn: boolean) => void;
  readonly verifyKept: (id: KeptId) => Promise<void>;
  /** Null: all. */
  readonly deleteKept: (id: KeptId | null) => Promise<void>;
  /** Puts the files of the open model into this browser. */
  readonly keepOpenModel: () => Promise<void>;
  readonly cancelKeeping: () => Promise<void>;
  /** Waits until the open model's last records are written, and tells when they cannot be. */
  readonly awaitKept: (model: OpenModel) => Promise<void>;
  readonly describeKept: (id: KeptId | null) => Promise<void>;
  readonly keepStorage: () => Promise<void>;
  readonly measureBandwidth: () => Promise<void>;
  /** For the model slice: called by a load before any weight comes. */
  readonly considerFit: (source: ModelSource, inspection: ModelInspection) => Promise<boolean>;
}

export function accessOf({ hubAddress, accessToken }: Pick<AppState, "hubAddress" | "accessToken">): HubAccess {
  return { address: hubAddress, token: accessToken === "" ? null : accessToken };
}

/** Whether what was looked at fits this device, with the level and cache chosen now. Null before the device is known. */
export function fitOf(state: AppState): Fit | null {
  const { looked, device, level, cacheRequest, storage, kept } = state;
  if (looked === null || device.status !== "ready" || !hasLevel(looked.inspection, level)) return null;
  const { capacity, kvPrecision } = cacheRequest;
  const { contextLength } = looked.inspection.spec;
  return judgeFit({
    inspection: kept === null ? looked.inspection : withKept(looked.inspection, kept),
    level,
    kvPrecision,
    capacity: capacity === null || capacity > contextLength ? null : capacity,
    limits: device.report.limits,
    memoryBytes: state.memoryBytes,
    storage,
  });
}

function hasLevel({ levels }: ModelInspection, level: LevelChoice): boolean {
  return levels.some((needs) => needs.level === level);
}

export function createLibrarySlice(context: SliceContext): LibrarySlice {
  const { runtime, get, set } = context;
  let decide: ((goOn: boolean) => void) | null = null;
  let toDescribe: KeptId | null = null;

  async function attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      get().report({ kind: "library" }, error);
    }
  }

  async function refresh(): Promise<void> {
    const [kept, storage] = await Promise.all([runtime.listKept(), runtime.describeStorage()]);
    set({ kept, storage });
  }

  return {
    kept: null,
    storage: null,
    looked: null,
    hubFiles: null,
    isLooking: false,
    verification: null,
    keptDescription: null,
    copyBytesPerSecond: null,
    isMeasuring: false,
    memoryBytes: null,
    keeping: null,
    isWriting: false,
    refreshLibrary: () => attempt(refresh),
    keptModels: () => runtime.listKept().catch(() => []),
    lookAt: (link, base) =>
      attempt(async () => {
        // A load that waits for the person's word: another model is wanted.
        if (get().looked?.isAsking === true) get().answerFit(false);
        set({ isLooking: true, looked: null, hubFiles: null, notice: null });
        try {
          const source = parseModelLink(link, base, get().hubAddress);
          if (source.kind === "hub" && (await offerFiles(context, source))) return;
          const inspection = await runtime.inspectModel(source, accessOf(get()), get().level);
          await refresh();
          // A load that was begun since may ask something there.
          if (get().looked?.isAsking !== true) set({ looked: { source, inspection, isAsking: false } });
        } finally {
          set({ isLooking: false });
        }
      }),
    lookAgain: async () => {
      const { looked, level } = get();
      if (looked === null || hasLevel(looked.inspection, level)) return;
      const { source } = looked;
      await attempt(async () => {
        const inspection = await runtime.inspectModel(source, accessOf(get()), level);
        const { looked: now, level: wanted } = get();
        if (now?.source === source && wanted === level) set({ looked: { ...now, inspection } });
      });
    },
    answerFit: (goOn) => {
      const { looked } = get();
      if (looked !== null) set({ looked: { ...looked, isAsking: false } });
      decide?.(goOn);
      decide = null;
    },
    verifyKept: (id) =>
      attempt(async () => {
        set({ verification: { id, doneRecords: 0, records: 0, damaged: null } });
        try {
          const { damaged, records } = await runtime.verifyKept(id, (doneRecords, all) => {
            if (get().verification?.damaged === null) {
              set({ verification: { id, doneRecords, records: all, damaged: null } });
            }
          });
          set({ verification: { id, doneRecords: records, records, damaged } });
        } catch (error) {
          set({ verification: null });
          throw error;
        }
      }),
    deleteKept: (id) =>
      attempt(async () => {
        await runtime.deleteKept(id);
        const { verification, keptDescription } = get();
        if (id === null || verification?.id === id) set({ verification: null });
        if (id === null || keptDescription?.id === id) set({ keptDescription: null });
        await refresh();
      }),
    keepOpenModel: () =>
      attempt(async () => {
        const { model, keeping } = get();
        if (model === null || model.request.source.kind !== "files" || keeping !== null) return;
        const { report } = model;
        set({ keeping: { doneBytes: 0, totalBytes: 0 } });
        try {
          await runtime.keepModel(report.handle, (doneBytes, totalBytes) => {
            if (get().keeping !== null) set({ keeping: { doneBytes, totalBytes } });
          });
          // The next visit opens it by itself.
          const link = linkOfFiles(model.request.source.files);
          if (get().model === model) set({ rememberedModel: rememberModel(report.name, report.level, link) });
        } catch (error) {
          if (toErrorInfo(error).name !== "CancelledError") throw error;
        } finally {
          set({ keeping: null });
          await refresh();
        }
      }),
    awaitKept: async (model) => {
      set({ isWriting: true });
      // A worker that is gone writes nothing; that is told elsewhere.
      const notKept = await runtime.whenKept(model.report.handle).catch(() => null);
      if (get().model !== model) return;
      set({ isWriting: false });
      if (notKept !== model.report.notKept) set({ model: { ...model, report: { ...model.report, notKept } } });
      if (get().kept !== null) await attempt(refresh);
    },
    cancelKeeping: () => attempt(() => runtime.cancelKeep()),
    describeKept: (id) =>
      attempt(async () => {
        toDescribe = id;
        const keptDescription = id === null ? null : { id, ...(await runtime.describeKept(id)) };
        if (toDescribe === id) set({ keptDescription });
      }),
    keepStorage: () =>
      attempt(async () => {
        await context.persistStorage();
        await refresh();
      }),
    measureBandwidth: () =>
      attempt(async () => {
        set({ isMeasuring: true });
        try {
          set({ copyBytesPerSecond: await runtime.measureBandwidth() });
        } finally {
          set({ isMeasuring: false });
        }
      }),
    considerFit: async (source, inspection) => {
      await attempt(refresh);
      // That load was cancelled: nobody is asked about it.
      if (get().loading?.request.source !== source) return false;
      set({ looked: { source, inspection, isAsking: false } });
      if (fitOf(get())?.verdict.kind === "fits") return true;
      set({ looked: { source, inspection, isAsking: true } });
      return new Promise((resolve) => {
        decide?.(false);
        decide = resolve;
      });
    },
  };
}

/**
 * True when the person has to choose among several files first.
 * @param isWanted asked again once the list is there
 */
export async function offerFiles(
  { runtime, get, set }: SliceContext,
  source: ModelSource & { kind: "hub" },
  isWanted: () => boolean = () => true,
): Promise<boolean> {
  if (source.file !== null) return false;
  const files = await runtime.listHubFiles(source, accessOf(get()));
  if (files.length < 2 || !isWanted()) return false;
  set({ hubFiles: { source, files } });
  return true;
}

/** The open model when it came from files that are not kept, with what keeping it would take. */
export function unkeptModel({
  model,
  kept,
  storage,
}: Pick<AppState, "model" | "kept" | "storage">): UnkeptModel | null {
  if (model === null || kept === null || model.request.source.kind !== "files") return null;
  const link = linkOfFiles(model.request.source.files);
  const { level } = model.report;
  if (kept.some((one) => one.link === link && one.level === level && one.keptBytes >= one.totalBytes)) return null;
  const sizeBytes = Object.values(model.report.weightBytes).reduce((sum, bytes) => sum + bytes, 0);
  const freeBytes =
    storage === null || storage.quotaBytes === null || storage.usedBytes === null
      ? null
      : storage.quotaBytes - storage.usedBytes;
  return { name: model.report.name, sizeBytes, hasRoom: freeBytes === null || freeBytes >= sizeBytes };
}
