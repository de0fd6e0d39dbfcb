/** Whether a model will run on a device, from numbers alone: its headers, the adapter's limits, the room for storage. */
import type { KeptModel, LevelNeeds, ModelInspection, StorageReport } from "./library";
import { defaultCapacity, KV_BYTES, kvBytesPerToken, kvLayerBytesPerToken, kvLayersOf } from "./memory";
import type { DeviceReport, KvPrecision } from "./protocol";
import type { LevelChoice } from "./recipes";

export interface FitQuestion {
  readonly inspection: ModelInspection;
  readonly level: LevelChoice;
  readonly kvPrecision: KvPrecision;
  /** Tokens; null: what suits the device. */
  readonly capacity: number | null;
  readonly limits: Pick<DeviceReport["limits"], "maxBufferSize" | "maxStorageBufferBindingSize">;
  /** Of the machine, where the browser tells (rounded, and at most 8 GiB or so); null elsewhere. */
  readonly memoryBytes: number | null;
  readonly storage: StorageReport | null;
}

export type FitVerdict =
  | { readonly kind: "fits" }
  /** At the level asked for it does not, at this one it does. */
  | { readonly kind: "fits-at"; readonly level: LevelChoice; readonly reason: FitReason }
  | { readonly kind: "fits-not"; readonly reason: FitReason };

export type FitReason =
  /** One layer's keys and values are larger than a buffer may be; `capacity` tokens would fit. */
  | {
      readonly kind: "cache-buffer";
      readonly neededBytes: number;
      readonly limitBytes: number;
      readonly capacity: number;
    }
  /** Weights and cache are more than three quarters of what the machine has. */
  | { readonly kind: "memory"; readonly neededBytes: number; readonly limitBytes: number };

export interface Fit {
  readonly verdict: FitVerdict;
  readonly needs: LevelNeeds;
  readonly capacity: number;
  readonly cacheBytes: number;
  /** Weights and cache. */
  readonly gpuBytes: number;
  /** Bytes free for this site; null when the browser does not say. */
  readonly freeBytes: number | null;
  /** False: it will run, and be downloaded again the next time. */
  readonly canBeKept: boolean;
}

/** Below what the browser reports: it rounds, and reports no more than a few GiB whatever there is. */
const REPORTED_CEILING = 8 * 2 ** 30;
/** The browser, the system and the page need the rest. */
const USABLE_SHARE = 0.75;
/** From better to smaller. */
const SMALLER_LEVELS: readonly LevelChoice[] = ["q8_0", "q4_0"];

export function judgeFit(question: FitQuestion): Fit {
  const { inspection, level } = question;
  const needs = needsAt(inspection, level);
  const asked = measure(question, needs);
  const freeBytes = freeOf(question.storage);
  const canBeKept = freeBytes === null || needs.keptBytes - needs.presentBytes <= freeBytes;
  const reason = refusal(question, asked);
  const { capacity, cacheBytes, gpuBytes } = asked;
  return { verdict: verdictOf(question, needs, reason), needs, capacity, cacheBytes, gpuBytes, freeBytes, canBeKept };
}

/** What is to come, by what has been kept since the model was looked at. */
export function withKept(inspection: ModelInspection, kept: readonly KeptModel[]): ModelInspection {
  const { link, version, sourceBytes } = inspection;
  const same = kept.filter((model) => model.link === link && (version ?? model.version) === model.version);
  const levels = inspection.levels.map((needs): LevelNeeds => {
    const presentBytes = same.find(({ level }) => level === needs.level)?.keptBytes ?? 0;
    return { ...needs, presentBytes, downloadBytes: bytesToCome(sourceBytes, presentBytes, needs.keptBytes) };
  });
  return { ...inspection, levels };
}

/** Source bytes that need not come: the same share as of what is kept. */
export function bytesToCome(sourceBytes: number, presentBytes: number, keptBytes: number): number {
  return Math.round(sourceBytes * (1 - presentBytes / Math.max(1, keptBytes)));
}

export function needsAt({ levels }: ModelInspection, level: LevelChoice): LevelNeeds {
  const found = levels.find((needs) => needs.level === level) ?? levels[0];
  if (found === undefined) throw new RangeError("An inspection has at least one level.");
  return found;
}

/**
 * Tokens a second when weights and the cache so far are read once for each: what a device cannot exceed.
 * @param copyBytesPerSecond bytes read and written, as measured
 */
export function tokensPerSecondAtMost(copyBytesPerSecond: number, bytesPerToken: number): number | null {
  return bytesPerToken > 0 && copyBytesPerSecond > 0 ? copyBytesPerSecond / bytesPerToken : null;
}

interface Measured {
  readonly capacity: number;
  readonly cacheBytes: number;
  readonly gpuBytes: number;
}

function measure({ inspection, capacity, kvPrecision, limits }: FitQuestion, needs: LevelNeeds): Measured {
  const { spec } = inspection;
  const tokens = capacity ?? defaultCapacity(spec, kvPrecision, bindingOf(limits));
  const cacheBytes = kvBytesPerToken(kvLayersOf(spec), KV_BYTES[kvPrecision]) * tokens;
  return { capacity: tokens, cacheBytes, gpuBytes: needs.weightBytes + cacheBytes };
}

function refusal(question: FitQuestion, { capacity, gpuBytes }: Measured): FitReason | null {
  const { inspection, kvPrecision, limits, memoryBytes } = question;
  const limitBytes = bindingOf(limits);
  const layers = kvLayersOf(inspection.spec);
  const perToken = Math.max(...layers.map((layer) => kvLayerBytesPerToken(layer, KV_BYTES[kvPrecision])));
  if (perToken * capacity > limitBytes) {
    const fitting = Math.floor(limitBytes / perToken);
    return { kind: "cache-buffer", neededBytes: perToken * capacity, limitBytes, capacity: fitting };
  }
  const usable = usableBytes(memoryBytes);
  if (usable === null) return null;
  return gpuBytes > usable ? { kind: "memory", neededBytes: gpuBytes, limitBytes: usable } : null;
}

/** What models may take of a machine's memory; null: nobody knows. */
export function usableBytes(memoryBytes: number | null): number | null {
  return memoryBytes === null || memoryBytes >= REPORTED_CEILING ? null : memoryBytes * USABLE_SHARE;
}

function verdictOf(question: FitQuestion, needs: LevelNeeds, reason: FitReason | null): FitVerdict {
  if (reason === null) return { kind: "fits" };
  if (reason.kind === "memory") {
    for (const level of SMALLER_LEVELS) {
      const smaller = needsAt(question.inspection, level);
      if (smaller.weightBytes >= needs.weightBytes) continue;
      if (refusal(question, measure(question, smaller)) === null) return { kind: "fits-at", level, reason };
    }
  }
  return { kind: "fits-not", reason };
}

function bindingOf({ maxBufferSize, maxStorageBufferBindingSize }: FitQuestion["limits"]): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

function freeOf(storage: StorageReport | null): number | null {
  if (storage === null || storage.quotaBytes === null || storage.usedBytes === null) return null;
  return Math.max(0, storage.quotaBytes - storage.usedBytes);
}
