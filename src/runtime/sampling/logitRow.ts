/**
 * One row of logits, looked at from all sides in float64: the model's own distribution, and what each stage of the
 * sampler leaves of it. The stages are those of `kernels/sample.reference.ts`, which the GPU's sampler is held to.
 */
import type { SamplerStage } from "../../shared/nextToken";
import type { SamplingSettings } from "../../shared/sampling";
import { penaltyReference } from "../kernels/sample.reference";

/** Logits [V] with what sums over all of them give. */
export class LogitRow {
  private readonly order: RankedLogits;
  /** ln of the sum of all exp(logit) */
  private readonly logSum: number;
  private penalized: { readonly key: string; readonly order: RankedLogits } | null = null;

  /** @param seen tokens before this one; the last 64 are penalized */
  constructor(
    readonly logits: Float32Array,
    private readonly seen: readonly number[],
  ) {
    this.order = rankLogits(logits);
    this.logSum = this.order.highest + Math.log(this.order.sums.at(-1) as number);
  }

  get vocabSize(): number {
    return this.logits.length;
  }

  /** Over the whole vocabulary. */
  probability(id: number): number {
    return Math.exp((this.logits[id] as number) - this.logSum);
  }

  /** ln of it, where it is too small for itself too. */
  logProbability(id: number): number {
    return (this.logits[id] as number) - this.logSum;
  }

  /** -sum p log2 p = log2 Z - sum p x log2 e. */
  entropyBits(): number {
    let mean = 0;
    for (const logit of this.logits) mean += Math.exp(logit - this.logSum) * logit;
    return Math.max(0, (this.logSum - mean) / Math.LN2);
  }

  /** The most likely ids, the lower id first on a tie. */
  top(count: number): number[] {
    return Array.from(this.order.ids.subarray(0, count));
  }

  /** 0: the most likely. */
  rankOf(id: number): number {
    return this.order.rankOf(id);
  }

  sample(settings: SamplingSettings): SampledRow {
    const { repetitionPenalty, frequencyPenalty, presencePenalty } = settings;
    const isPenalized = repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0;
    if (!isPenalized) return new SampledRow(this, this.order, settings);
    const key = [repetitionPenalty, frequencyPenalty, presencePenalty].join(" ");
    if (this.penalized?.key !== key) {
      // As the GPU keeps them: in f32.
      const adjusted = Float32Array.from(penaltyReference(this.logits, this.seen, settings));
      this.penalized = { key, order: rankLogits(adjusted) };
    }
    return new SampledRow(this, this.penalized.order, settings);
  }
}

/**
 * What is left of a row after each stage. Every cut keeps the most likely tokens, so that survivors are always the first
 * of the ranked ids.
 */
export class SampledRow {
  readonly stages: readonly { readonly stage: SamplerStage; readonly survivors: number }[];
  private readonly survivors: number;
  private readonly temperature: number;
  /** ln of the sum of the survivors' exp(logit / temperature) */
  private readonly logSum: number;

  constructor(
    private readonly row: LogitRow,
    private readonly order: RankedLogits,
    settings: SamplingSettings,
  ) {
    const isGreedy = settings.greedy || settings.temperature === 0;
    const V = row.vocabSize;
    const afterTopK = isGreedy || settings.topK === 0 ? V : Math.min(V, settings.topK);
    const afterTopP = isGreedy ? V : order.cutByMass(afterTopK, settings.topP);
    const afterMinP = isGreedy ? V : Math.min(afterTopP, order.cutByShare(settings.minP));
    this.survivors = isGreedy ? 1 : afterMinP;
    this.temperature = isGreedy ? 1 : settings.temperature;
    this.stages = [
      { stage: "penalties", survivors: V },
      { stage: "topK", survivors: afterTopK },
      { stage: "topP", survivors: afterTopP },
      { stage: "minP", survivors: afterMinP },
      { stage: "temperature", survivors: this.survivors },
    ];
    let sum = 0;
    for (let rank = 0; rank < this.survivors; rank++) sum += Math.exp(this.scaled(rank) - this.scaled(0));
    this.logSum = this.scaled(0) + Math.log(sum);
  }

  /** Of being drawn; 0 for what was cut. */
  probability(id: number): number {
    const rank = this.order.rankOf(id);
    return rank < this.survivors ? Math.exp(this.scaled(rank) - this.logSum) : 0;
  }

  /** After each stage the share among those left; null once it was cut. */
  byStage(id: number): (number | null)[] {
    const rank = this.order.rankOf(id);
    return this.stages.map(({ stage, survivors }) => {
      if (rank >= survivors) return null;
      return stage === "temperature" ? this.probability(id) : this.order.share(rank, survivors);
    });
  }

  /** The model's own probability of the first `survivors`, together. */
  ownMass(survivors: number): number {
    if (survivors === this.row.vocabSize) return 1;
    let sum = 0;
    for (let rank = 0; rank < survivors; rank++) sum += this.row.probability(this.order.ids[rank] as number);
    return sum;
  }

  entropyBits(): number {
    let bits = 0;
    for (let rank = 0; rank < this.survivors; rank++) {
      const logShare = this.scaled(rank) - this.logSum;
      bits -= Math.exp(logShare) * (logShare / Math.LN2);
    }
    return Math.max(0, bits);
  }

  private scaled(rank: number): number {
    return this.order.logit(rank) / this.temperature;
  }
}

class RankedLogits {
  private ranks: Uint32Array | null = null;

  constructor(
    private readonly logits: Float32Array,
    /** Most likely first, the lower id on a tie. */
    readonly ids: Uint32Array,
    /** [V] exp(logit - highest) of this and all before it */
    readonly sums: Float64Array,
  ) {}

  get highest(): number {
    return this.logit(0);
  }

  logit(rank: number): number {
    return this.logits[this.ids[rank] as number] as number;
  }

  rankOf(id: number): number {
    if (this.ranks === null) {
      this.ranks = new Uint32Array(this.ids.length);
      for (let rank = 0; rank < this.ids.length; rank++) this.ranks[this.ids[rank] as number] = rank;
    }
    return this.ranks[id] as number;
  }

  /** Softmax share of a rank among the first `count`. */
  share(rank: number, count: number): number {
    return Math.exp(this.logit(rank) - this.highest) / (this.sums[count - 1] as number);
  }

  /** How many of the first `count` it takes to reach the share p; one at least. */
  cutByMass(count: number, p: number): number {
    if (p >= 1) return count;
    const total = this.sums[count - 1] as number;
    let kept = 1;
    while (kept < count && (this.sums[kept - 1] as number) / total < p) kept++;
    return kept;
  }

  /** How many have at least this share of the most likely one's probability. */
  cutByShare(share: number): number {
    let kept = 1;
    while (kept < this.ids.length && Math.exp(this.logit(kept) - this.highest) >= share) kept++;
    return kept;
  }
}

/** Ids stay exact beside a 32-bit key in a float64 below this. */
const MOST_IDS = 2 ** 20;

/** Sorts without a comparison function, which takes a tenth of the time: one number is a logit's key and its id. */
function rankLogits(logits: Float32Array): RankedLogits {
  const V = logits.length;
  const bits = new Uint32Array(Float32Array.from(logits, (logit) => logit + 0).buffer);
  const keyed = new Float64Array(V);
  for (let id = 0; id < V; id++) {
    const word = bits[id] as number;
    // Larger logit, smaller key.
    const key = word >= 0x80000000 ? word : 0x7fffffff - word;
    keyed[id] = key * MOST_IDS + id;
  }
  keyed.sort();
  const ids = new Uint32Array(V);
  for (let rank = 0; rank < V; rank++) ids[rank] = (keyed[rank] as number) % MOST_IDS;
  const highest = logits[ids[0] as number] as number;
  const sums = new Float64Array(V);
  let sum = 0;
  for (let rank = 0; rank < V; rank++) {
    sum += Math.exp((logits[ids[rank] as number] as number) - highest);
    sums[rank] = sum;
  }
  return new RankedLogits(logits, ids, sums);
}
