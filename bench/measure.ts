/** One shape at one level on one device: speeds as ratios, and the exact counts behind them. */
import { copyBandwidth } from "../src/runtime/gpu/copyBandwidth";
import type { Gpu } from "../src/runtime/gpu/device";
import { type KernelTime, profileDispatches } from "../src/runtime/gpu/profiler";
import { floatToHalf } from "../src/runtime/model/half";
import { describeChoice } from "../src/runtime/model/kernelChoice";
import type { KvCache } from "../src/runtime/model/kvCache";
import { Model } from "../src/runtime/model/model";
import { Session } from "../src/runtime/session/session";
import { ApiCounter } from "../src/runtime/testing/apiCounter";
import { SeededRandom } from "../src/runtime/testing/random";
import type { KernelVariant } from "../src/shared/protocol";
import type { FormatId } from "../src/shared/quant";
import { DEFAULT_SAMPLING } from "../src/shared/sampling";
import { randomModel } from "./randomWeights";
import { type BenchShape, layersOf, withLayers } from "./shapes";

export interface BenchOptions {
  readonly level: FormatId;
  readonly variant: KernelVariant;
  readonly prefills: readonly number[];
  readonly contexts: readonly number[];
  /** Tokens decoded for each context. */
  readonly decodeTokens: number;
  /** Runs of which the last counts: the first also pays for what drivers compile late. */
  readonly runs: number;
  readonly profile: boolean;
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
  /** GPU time by kernel, when it was asked for. */
  readonly kernels?: readonly KernelTime[] | null;
}

/** @param layers of the shape to measure */
export async function measure(
  gpu: Gpu,
  whole: BenchShape,
  layers: number,
  options: BenchOptions,
): Promise<BenchResult> {
  const shape = withLayers(whole, layers);
  const before = gpu.allocatedBytes;
  const copyBytesPerSecond = await copyBandwidth(gpu);
  const model = await Model.load(gpu, { ...randomModel(shape, options.level), variant: options.variant });
  const capacity = Math.max(...options.contexts, ...options.prefills) + options.decodeTokens + 32;
  const session = await Session.create(model, { capacity, precision: "f16" });
  try {
    const prefill: Record<string, number> = {};
    for (const length of options.prefills) prefill[length] = await prefillSpeed(session, length, options.runs);
    const decode: Record<string, number> = {};
    fillCache(gpu, session.cache);
    for (const length of options.contexts) decode[length] = await decodeSpeed(session, length, options);
    const watched = await watchedSpeeds(session, options);
    const weightBytes = sum(Object.values(model.weights.bytesByFormat));
    const [shortest = 0] = options.contexts;
    const bytesPerToken = weightBytes + session.cache.bytesPerToken * shortest;
    const counts = await countCalls(gpu, model, options.decodeTokens);
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
      bytesPerToken,
      copyShare: ((decode[shortest] ?? 0) * bytesPerToken) / copyBytesPerSecond,
      ...counts,
      numLayers: model.spec.blocks.length,
      modelLayers: layersOf(whole),
      gpuBytes: gpu.allocatedBytes - before,
      weightBytes,
      cacheBytes: session.cache.sizeBytes,
      ...(options.profile ? { kernels: await profileDispatches(gpu, forward.decode, 1, shortest) } : {}),
    };
  } finally {
    await session.close();
    model.destroy();
  }
}

/** Halves of about -1 to 1: what a long context would hold, without computing it. */
function fillCache(gpu: Gpu, cache: KvCache): void {
  const random = new SeededRandom(5);
  const piece = new Uint32Array(64 * 1024).map(() => {
    const half = (): number => floatToHalf(random.normal() / 2);
    return half() | (half() << 16);
  });
  for (const { buffer } of cache.layers) {
    for (let at = 0; at < buffer.size; at += piece.byteLength) {
      gpu.device.queue.writeBuffer(buffer, at, piece, 0, Math.min(piece.byteLength, buffer.size - at) / 4);
    }
  }
}

async function prefillSpeed(session: Session, length: number, runs: number): Promise<number> {
  const ids = Array.from({ length }, (_, i) => (i * 31) % 1000);
  let elapsedMs = 0;
  for (let run = 0; run < runs; run++) {
    session.truncate(0);
    const started = performance.now();
    await session.prefill(ids);
    elapsedMs = performance.now() - started;
  }
  return (length / elapsedMs) * 1000;
}

/** Over a cache that `fillCache` filled. */
async function decodeSpeed(
  session: Session,
  context: number,
  { decodeTokens: tokens, runs }: BenchOptions,
  onToken: () => void = () => {},
): Promise<number> {
  const ids = Array.from({ length: context }, () => 1);
  let elapsedMs = 0;
  for (let run = 0; run < runs; run++) {
    session.pretendCached(ids.slice(0, -1));
    const result = await session.generate({
      ids,
      sampling: { ...DEFAULT_SAMPLING, seed: 1 },
      maxNewTokens: tokens + 1,
      tokensInFlight: 8,
      onToken: () => {
        onToken();
        return false;
      },
    });
    elapsedMs = result.decodeMs;
  }
  return (tokens / elapsedMs) * 1000;
}

/** The panel asks for what is new this often. */
const FOLLOW_MS = 120;

/** With queries kept, heads reduced and what is new of them read back while tokens come. */
async function watchedSpeeds(session: Session, options: BenchOptions): Promise<Record<string, number>> {
  session.truncate(0);
  await session.inspect(true);
  const speeds: Record<string, number> = {};
  try {
    for (const context of options.contexts) {
      session.pretendCached(Array.from({ length: context - 1 }, () => 1));
      let known = (await session.attention?.overview(session.cachedItems, null)) ?? null;
      let askedAt = performance.now();
      let reading: Promise<void> = Promise.resolve();
      speeds[context] = await decodeSpeed(session, context, options, () => {
        if (performance.now() - askedAt < FOLLOW_MS) return;
        askedAt = performance.now();
        reading = reading.then(async () => {
          known = (await session.attention?.overview(session.cachedItems, known)) ?? known;
        });
      });
      await reading;
    }
  } finally {
    await session.inspect(false);
  }
  return speeds;
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
