/** One shape at one level on one device: speeds as ratios, and the exact counts behind them. */
import { copyBandwidth } from "../src/runtime/gpu/copyBandwidth";
import type { Gpu } from "../src/runtime/gpu/device";
import { type KernelTime, profileDispatches } from "../src/runtime/gpu/profiler";
import { describeChoice } from "../src/runtime/model/kernelChoice";
import { Model } from "../src/runtime/model/model";
import { Session } from "../src/runtime/session/session";
import { ApiCounter } from "../src/runtime/testing/apiCounter";
import type { KernelVariant } from "../src/shared/protocol";
import type { FormatId } from "../src/shared/quant";
import { DEFAULT_SAMPLING } from "../src/shared/sampling";
import { type DecodeOptions, type DecodeSpeeds, decodeSpeeds } from "./decodeSpeeds";
import { median } from "./median";
import { randomModel } from "./randomWeights";
import { measureScoring, type ScoringResult } from "./scoring";
import { type BenchShape, layersOf, withLayers } from "./shapes";

export interface BenchOptions extends DecodeOptions {
  readonly level: FormatId;
  readonly variant: KernelVariant;
  readonly prefills: readonly number[];
  readonly profile: boolean;
  /** Tokens scored against a finer level, and those read at a time. */
  readonly scoring: { readonly tokens: number; readonly window: number };
}

export interface BenchResult {
  readonly shape: string;
  readonly level: string;
  readonly adapter: string;
  readonly features: readonly string[];
  readonly variants: readonly string[];
  /** Bytes read plus bytes written by a buffer copy. */
  readonly copyBytesPerSecond: number;
  readonly prefillTokensPerSecond: Readonly<Record<string, number>>;
  readonly decodeTokensPerSecond: Readonly<Record<string, number>>;
  /** The same while every head is watched as the attention panel does. */
  readonly watchedTokensPerSecond: Readonly<Record<string, number>>;
  readonly watchedLosses: DecodeSpeeds["losses"];
  /** Weights once, and keys and values at the shortest context. */
  readonly bytesPerToken: number;
  /** Share of the copy bandwidth that decode at the shortest context reaches. */
  readonly copyShare: number;
  readonly dispatchesPerToken: number;
  readonly submitsPerToken: number;
  readonly newObjectsPerToken: number;
  /** Layers that were measured, and those of the real model: fewer on a software adapter. */
  readonly numLayers: number;
  readonly modelLayers: number;
  readonly gpuBytes: number;
  readonly weightBytes: number;
  readonly cacheBytes: number;
  readonly scoring: ScoringResult;
  /** GPU time by kernel, when it was asked for. */
  readonly kernels?: readonly KernelTime[] | null;
}

const COUNTED_TOKENS = 8;
/** What a level is scored against. */
const FINER = "q8_0";

/** @param layers of the shape to measure */
export async function measure(
  gpu: Gpu,
  whole: BenchShape,
  layers: number,
  options: BenchOptions,
): Promise<BenchResult> {
  const shape = withLayers(whole, layers);
  const { variant } = options;
  const before = gpu.allocatedBytes;
  const copyBytesPerSecond = await copyBandwidth(gpu);
  const model = await Model.load(gpu, { ...randomModel(shape, options.level), variant });
  const capacity = Math.max(...options.contexts, ...options.prefills) + options.decodeTokens + 32;
  const session = await Session.create(model, { capacity, precision: "f16" });
  try {
    const prefill: Record<string, number> = {};
    for (const length of options.prefills) prefill[length] = await prefillSpeed(session, length, options.runs);
    const gpuBytes = gpu.allocatedBytes - before;
    const { plain: decode, watched, losses } = await decodeSpeeds(model, capacity, options);
    const weightBytes = sum(Object.values(model.weights.bytesByFormat));
    const [shortest = 0] = options.contexts;
    const bytesPerToken = weightBytes + session.cache.bytesPerToken * shortest;
    const counts = await countCalls(gpu, model, COUNTED_TOKENS);
    const { forward } = session;
    return {
      shape: shape.name,
      level: options.level,
      adapter: `${gpu.info.vendor} ${gpu.info.architecture} ${gpu.info.description}`.trim(),
      features: [...gpu.device.features].sort(),
      variants: describeChoice(model.choice).map(({ operation, variant }) => `${operation}: ${variant}`),
      copyBytesPerSecond,
      prefillTokensPerSecond: prefill,
      decodeTokensPerSecond: decode,
      watchedTokensPerSecond: watched,
      watchedLosses: losses,
      bytesPerToken,
      copyShare: ((decode[shortest] ?? 0) * bytesPerToken) / copyBytesPerSecond,
      ...counts,
      numLayers: model.spec.blocks.length,
      modelLayers: layersOf(whole),
      gpuBytes,
      weightBytes,
      cacheBytes: session.cache.sizeBytes,
      scoring: await measureScoring(gpu, shape, { ...options.scoring, levels: [FINER, options.level], variant }),
      ...(options.profile ? { kernels: await profileDispatches(gpu, forward.decode, 1, shortest) } : {}),
    };
  } finally {
    await session.close();
    model.destroy();
  }
}

/** Tokens per second: the median of some runs after one that also pays for what drivers compile late. */
async function prefillSpeed(session: Session, length: number, runs: number): Promise<number> {
  const ids = Array.from({ length }, (_, i) => (i * 31) % 1000);
  const speeds: number[] = [];
  for (let run = 0; run <= runs; run++) {
    session.truncate(0);
    const started = performance.now();
    await session.prefill(ids);
    if (run > 0) speeds.push((length / (performance.now() - started)) * 1000);
  }
  return median(speeds);
}

/** Calls per decoded token, counted on a session of its own. */
async function countCalls(
  gpu: Gpu,
  model: Model,
  tokens: number,
): Promise<Pick<BenchResult, "dispatchesPerToken" | "submitsPerToken" | "newObjectsPerToken">> {
  const counter = new ApiCounter(gpu);
  const session = await Session.create(model.onDevice(counter.gpu), { capacity: tokens + 8, precision: "f16" });
  try {
    const calls = async (count: number): Promise<readonly number[]> => {
      counter.reset();
      session.truncate(0);
      await session.generate({
        ids: [1],
        sampling: DEFAULT_SAMPLING,
        maxNewTokens: count,
        tokensInFlight: 2,
        onToken: () => false,
      });
      const made = counter.calls.filter((call) => /create(Buffer|BindGroup|ComputePipeline|ShaderModule)/.test(call));
      return [counter.count("pass.dispatchWorkgroups"), counter.count("queue.submit"), made.length];
    };
    const [dispatches = 0, submits = 0, objects = 0] = await calls(1);
    const [dispatchesAll = 0, submitsAll = 0, objectsAll = 0] = await calls(tokens + 1);
    return {
      dispatchesPerToken: (dispatchesAll - dispatches) / tokens,
      submitsPerToken: (submitsAll - submits) / tokens,
      newObjectsPerToken: (objectsAll - objects) / tokens,
    };
  } finally {
    await session.close();
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
