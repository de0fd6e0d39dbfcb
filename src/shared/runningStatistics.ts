/** Statistics of a comparison over windows as they arrive; what they are is in comparisonStatistics.ts. */
import type { TokenScores } from "./comparison";
import { type ComparisonStatistics, RunningMean, type Statistic } from "./comparisonStatistics";
import { GrowingScores } from "./growingScores";
import { SortedRuns } from "./sortedRuns";

const BUCKET_ENDS = [0, 0.25, 0.5, 0.75, 0.95, 1] as const;

function perplexityOf({ value, error, n }: Statistic): Statistic {
  const perplexity = Math.exp(value);
  return { value: perplexity, error: error === null ? null : perplexity * error, n };
}

/** Statistics over windows as they arrive: each token is looked at once. */
export class RunningStatistics {
  private readonly nllReference = new RunningMean();
  private readonly nllLevel = new RunningMean();
  private readonly lnRatio = new RunningMean();
  private readonly kld = new RunningMean();
  private readonly deltaP = new RunningMean();
  private readonly deltaPSquared = new RunningMean();
  private hits = 0;
  private readonly buckets = BUCKET_ENDS.slice(1).map((to, index) => ({
    from: BUCKET_ENDS[index] as number,
    to,
    kld: new RunningMean(),
  }));
  private readonly sorted = new SortedRuns();

  add({ nllReference, nllLevel, kld, topProbability, topReference, topLevel }: TokenScores): void {
    for (let i = 0; i < kld.length; i++) {
      const [nllP, nllQ, divergence] = [nllReference[i] as number, nllLevel[i] as number, kld[i] as number];
      const deltaP = Math.exp(-nllQ) - Math.exp(-nllP);
      this.nllReference.add(nllP);
      this.nllLevel.add(nllQ);
      this.lnRatio.add(nllQ - nllP);
      this.kld.add(divergence);
      this.deltaP.add(deltaP);
      this.deltaPSquared.add(deltaP * deltaP);
      if (topReference[i] === topLevel[i]) this.hits++;
      const top = topProbability[i] as number;
      this.buckets.find(({ to }) => top < to || to === 1)?.kld.add(divergence);
    }
    this.sorted.add(kld);
  }

  /** Null without a scored token. */
  get statistics(): ComparisonStatistics | null {
    const { sorted } = this;
    const n = sorted.length;
    if (n === 0) return null;
    const at = (share: number): Statistic => ({ value: sorted.percentile(share), error: null, n });
    const squared = this.deltaPSquared.statistic;
    const rms = Math.sqrt(squared.value);
    const share = this.hits / n;
    return {
      n,
      referencePerplexity: perplexityOf(this.nllReference.statistic),
      perplexity: perplexityOf(this.nllLevel.statistic),
      lnPerplexityRatio: this.lnRatio.statistic,
      meanKld: this.kld.statistic,
      medianKld: at(0.5),
      kld90: at(0.9),
      kld95: at(0.95),
      kld99: at(0.99),
      kld999: at(0.999),
      maxKld: at(1),
      meanDeltaP: this.deltaP.statistic,
      // d sqrt(m) = dm / (2 sqrt(m))
      rmsDeltaP: { value: rms, error: squared.error === null ? null : rms > 0 ? squared.error / (2 * rms) : 0, n },
      sameTop: { value: share, error: n > 1 ? Math.sqrt((share * (1 - share)) / (n - 1)) : null, n },
      buckets: this.buckets.map(({ from, to, kld }) => ({ from, to, kld: kld.statistic })),
    };
  }
}

/** Null without a scored token. */
export function comparisonStatistics(scores: TokenScores): ComparisonStatistics | null {
  const running = new RunningStatistics();
  running.add(scores);
  return running.statistics;
}

/** What was scored so far of each contender: a window costs what it adds, however long the text. */
export class GatheredScores<C> {
  private readonly byContender = new Map<C, readonly [GrowingScores, RunningStatistics]>();

  add(contender: C, part: TokenScores): { scores: TokenScores; statistics: ComparisonStatistics | null } {
    const known = this.byContender.get(contender) ?? ([new GrowingScores(), new RunningStatistics()] as const);
    this.byContender.set(contender, known);
    const [growing, running] = known;
    growing.add(part);
    running.add(part);
    return { scores: growing.scores, statistics: running.statistics };
  }
}
