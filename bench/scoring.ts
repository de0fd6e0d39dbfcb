/** What comparing two levels costs over running both: the same tokens, logits at every position either way. */
import { ModelRows } from "../src/runtime/comparison/modelRows";
import { PairScorer } from "../src/runtime/comparison/pairScorer";
import type { TextWindow } from "../src/runtime/comparison/textWindows";
import type { Gpu } from "../src/runtime/gpu/device";
import { Model } from "../src/runtime/model/model";
import type { KernelVariant } from "../src/shared/protocol";
import type { FormatId } from "../src/shared/quant";
import { randomModel } from "./randomWeights";
import type { BenchShape } from "./shapes";

export interface ScoringOptions {
  readonly levels: readonly [reference: FormatId, level: FormatId];
  readonly variant: KernelVariant;
  readonly tokens: number;
  readonly window: number;
}

export interface ScoringResult extends Pick<ScoringOptions, "levels" | "tokens" | "window"> {
  /** Scoring over two prefills. */
  readonly ratio: number;
  readonly scoringMs: number;
  readonly prefillsMs: number;
}

/** Window by window in turns, so that what else the machine does weighs on both alike; the first window warms up. */
export async function measureScoring(gpu: Gpu, shape: BenchShape, options: ScoringOptions): Promise<ScoringResult> {
  const { levels, tokens, window, variant } = options;
  const [reference, level] = [
    await Model.load(gpu, { ...randomModel(shape, levels[0]), variant }),
    await Model.load(gpu, { ...randomModel(shape, levels[1]), variant }),
  ];
  const both = [await ModelRows.create(reference, window, "f32"), await ModelRows.create(level, window, "f32")];
  const scorer = await PairScorer.create(reference, level, window);
  const now = clockOf(gpu);
  try {
    let [scoringMs, prefillsMs] = [0, 0];
    for (let at = -window; at < tokens; at += window) {
      const text = windowAt(Math.max(0, at), window);
      const begun = now();
      for (const rows of both) await prefill(rows, text);
      const between = now();
      await scorer.score(text, 0);
      if (at < 0) continue;
      prefillsMs += between - begun;
      scoringMs += now() - between;
    }
    return { levels, tokens, window, ratio: scoringMs / prefillsMs, scoringMs, prefillsMs };
  } finally {
    await scorer.close();
    for (const rows of both) await rows.close();
    level.destroy();
    reference.destroy();
  }
}

/** A software adapter computes in this process: its processor time leaves out what else the machine does. */
function clockOf({ isSoftware }: Gpu): () => number {
  if (!isSoftware || globalThis.process === undefined) return () => performance.now();
  return () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
}

function windowAt(start: number, length: number): TextWindow {
  return { start, ids: Array.from({ length }, (_, i) => ((start + i) * 31) % 1000) };
}

/** The rows that scoring needs: all but the last. */
async function prefill(rows: ModelRows, text: TextWindow): Promise<void> {
  const end = text.ids.length - 1;
  await rows.begin(text, 0);
  for (let from = 0; from < end; from += rows.rows) await rows.show(text, from, Math.min(end, from + rows.rows));
}
