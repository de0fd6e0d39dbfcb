/** What a run measures: everything on a GPU, a few layers on a software adapter. */
import type { Gpu } from "../src/runtime/gpu/device";
import type { KernelVariant } from "../src/shared/protocol";
import type { FormatId } from "../src/shared/quant";
import { type BenchOptions, type BenchResult, measure } from "./measure";
import type { ScoringResult } from "./scoring";
import { layersOf, SHAPES } from "./shapes";

export interface BenchPlan {
  readonly levels: readonly FormatId[];
  readonly variant: KernelVariant;
  /** Only shapes whose name contains this. */
  readonly only: string;
  /** All layers and lengths even on a software adapter. */
  readonly full: boolean;
  readonly profile: boolean;
}

const LENGTHS = { prefills: [128, 512], contexts: [16, 512, 2048] } as const;
const FULL = { decodeTokens: 256, runs: 3, scoring: { tokens: 1024, window: 512 } } as const;
/** Software adapters: minutes instead of hours, by fewer layers and fewer tokens. */
const SCALED = { decodeTokens: 16, runs: 3, scoring: { tokens: 256, window: 128 } } as const;
const SCALED_LAYERS = 1;

export async function runBench(
  gpu: Gpu,
  plan: BenchPlan,
  onResult: (result: BenchResult) => void,
  say: (text: string) => void,
): Promise<void> {
  const scaled = gpu.isSoftware && !plan.full;
  if (scaled) {
    say(
      `Software adapter: ${SCALED_LAYERS} layer and ${SCALED.decodeTokens} decoded tokens of each. Use --full for all.`,
    );
  }
  for (const whole of SHAPES) {
    if (!whole.name.includes(plan.only)) continue;
    const layers = scaled ? SCALED_LAYERS : layersOf(whole);
    for (const level of plan.levels) {
      const lengths = scaled ? SCALED : FULL;
      const options: BenchOptions = { ...LENGTHS, ...lengths, level, variant: plan.variant, profile: plan.profile };
      onResult(await measure(gpu, whole, layers, options));
    }
  }
}

/** A result in lines for people. */
export function describeResult(result: BenchResult): string {
  const speeds = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .map(([length, speed]) => `${speed.toPrecision(3)} at ${length}`)
      .join(", ");
  const isPart = result.numLayers < result.modelLayers;
  const lines = [
    `${result.shape} ${result.level} on ${result.adapter}${isPart ? `, ${result.numLayers} of ${result.modelLayers} layers` : ""}`,
    `  prefill tok/s   ${speeds(result.prefillTokensPerSecond)}`,
    `  decode tok/s    ${speeds(result.decodeTokensPerSecond)}`,
    `  heads watched   ${losses(result)}`,
    scoringLine(result.scoring),
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

function scoringLine({ levels, tokens, window, ratio }: ScoringResult): string {
  const what = `${tokens} tokens at ${levels.join(" and ")}, windows of ${window}`;
  return `  scoring         ${ratio.toFixed(3)} of two prefills with logits at all positions (aim 1.15): ${what}`;
}

/** What decode loses while the attention panel is open. */
function losses({ watchedLosses }: BenchResult): string {
  const percent = (share: number): string => (share * 100).toFixed(1);
  return Object.entries(watchedLosses)
    .map(([length, [least, middle, most]]) => {
      const range = `${percent(least)} to ${percent(most)}`;
      return `${percent(middle)} % slower at ${length} (${range})`;
    })
    .join(", ");
}
