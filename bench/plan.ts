/** What a run measures: everything on a GPU, a few layers on a software adapter. */
import type { Gpu } from "../src/runtime/gpu/device";
import type { KernelVariant } from "../src/shared/protocol";
import type { FormatId } from "../src/shared/quant";
import { type BenchOptions, type BenchResult, measure } from "./measure";
import { SHAPES, withLayers } from "./shapes";

export interface BenchPlan {
  readonly levels: readonly FormatId[];
  readonly variant: KernelVariant;
  /** Only shapes whose name contains this. */
  readonly only: string;
  /** All layers and lengths even on a software adapter. */
  readonly full: boolean;
  readonly profile: boolean;
}

const FULL = { prefills: [128, 512], contexts: [16, 512, 2048], decodeTokens: 64 };
/** Software adapters: minutes instead of hours. */
const SCALED = { prefills: [128], contexts: [16, 512], decodeTokens: 4 };
const SCALED_LAYERS = 2;

export async function runBench(
  gpu: Gpu,
  plan: BenchPlan,
  onResult: (result: BenchResult) => void,
  say: (text: string) => void,
): Promise<void> {
  const scaled = gpu.isSoftware && !plan.full;
  if (scaled) {
    say(`Software adapter: scaled to ${SCALED_LAYERS} layers, prefill 128, contexts 16 and 512. Use --full for all.`);
  }
  for (const whole of SHAPES) {
    if (!whole.name.includes(plan.only)) continue;
    const shape = scaled ? withLayers(whole, SCALED_LAYERS) : whole;
    for (const level of plan.levels) {
      const lengths = scaled ? SCALED : FULL;
      const options: BenchOptions = { ...lengths, level, variant: plan.variant, profile: plan.profile };
      onResult(await measure(gpu, shape, options));
    }
  }
}

/** A result in lines for people. */
export function describeResult(result: BenchResult): string {
  const speeds = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .map(([length, speed]) => `${speed.toPrecision(3)} at ${length}`)
      .join(", ");
  const lines = [
    `${result.shape} ${result.level} on ${result.adapter}`,
    `  prefill tok/s   ${speeds(result.prefillTokensPerSecond)}`,
    `  decode tok/s    ${speeds(result.decodeTokensPerSecond)}`,
    `  bandwidth       ${(result.copyShare * 100).toFixed(1)} % of a copy's ${(result.copyBytesPerSecond / 1e9).toPrecision(3)} GB/s; ${(result.bytesPerToken / 1e6).toFixed(1)} MB a token`,
    `  per token       ${result.dispatchesPerToken} dispatches (${result.numLayers} layers), ${result.submitsPerToken} submits, ${result.newObjectsPerToken} new objects`,
    `  GPU bytes       ${(result.gpuBytes / 2 ** 20).toFixed(1)} MiB: weights ${(result.weightBytes / 2 ** 20).toFixed(1)}, cache ${(result.cacheBytes / 2 ** 20).toFixed(1)}`,
    `  variants        ${result.variants.join("; ")}`,
  ];
  for (const time of (result.kernels ?? []).slice(0, 8)) {
    lines.push(`  ${time.microseconds.toFixed(1).padStart(10)} us  ${time.dispatches} x ${time.kernel}`);
  }
  return lines.join("\n");
}
