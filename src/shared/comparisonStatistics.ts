/**
 * Statistics of a comparison, each with its error: llama.cpp's definitions (tools/perplexity), so that numbers can stand
 * beside published ones. Errors are standard errors of the mean over tokens, sd / sqrt(N - 1).
 */

/** A number with its standard error (null: none is defined) and how many tokens it is over. */
export interface Statistic {
  readonly value: number;
  readonly error: number | null;
  readonly n: number;
}

export interface ConfidenceBucket {
  /** Of the reference's largest probability: from, to. The last one includes its end. */
  readonly from: number;
  readonly to: number;
  readonly kld: Statistic;
}

export interface ComparisonStatistics {
  readonly n: number;
  /** Of the reference. */
  readonly referencePerplexity: Statistic;
  readonly perplexity: Statistic;
  /** ln(PPL_Q / PPL_P), whose error knows that both saw the same tokens. */
  readonly lnPerplexityRatio: Statistic;
  readonly meanKld: Statistic;
  readonly medianKld: Statistic;
  readonly kld90: Statistic;
  readonly kld95: Statistic;
  readonly kld99: Statistic;
  readonly kld999: Statistic;
  readonly maxKld: Statistic;
  /** Q(c) - P(c) */
  readonly meanDeltaP: Statistic;
  readonly rmsDeltaP: Statistic;
  readonly sameTop: Statistic;
  readonly buckets: readonly ConfidenceBucket[];
}

/** Fewer scored tokens say too little for a verdict. */
export const LEAST_TOKENS = 100;

/** Mean and spread of numbers that arrive one by one (Welford 1962). */
export class RunningMean {
  private n = 0;
  private mean = 0;
  /** Sum of squared distances from the mean. */
  private squares = 0;

  add(value: number): void {
    this.n++;
    const off = value - this.mean;
    this.mean += off / this.n;
    this.squares += off * (value - this.mean);
  }

  /** Mean and sd / sqrt(N - 1). */
  get statistic(): Statistic {
    const { n, mean, squares } = this;
    if (n === 0) return { value: Number.NaN, error: null, n };
    return { value: mean, error: n > 1 ? Math.sqrt(squares / n / (n - 1)) : null, n };
  }
}

/** Mean and sd / sqrt(N - 1). */
export function meanOf(values: ArrayLike<number>): Statistic {
  const mean = new RunningMean();
  for (let i = 0; i < values.length; i++) mean.add(values[i] as number);
  return mean.statistic;
}

/**
 * Standard error of a share after adding two hits and two misses (Agresti and Coull 1998), so that one that never
 * failed in few trials does not count as known.
 */
export function shareError(hits: number, n: number): number {
  const share = (hits + 2) / (n + 4);
  return Math.sqrt((share * (1 - share)) / (n + 4));
}

/** Tokens to score until a share like this one is known with that error. */
export function tokensUntil({ value, n }: Statistic, error: number): number {
  const share = (value * n + 2) / (n + 4);
  return Math.ceil((share * (1 - share)) / error ** 2);
}

/**
 * Whether a level can be told from the reference on this text: its mean KLD is above the floor by more than two errors,
 * or some token changed.
 * @param floorKld mean KLD of the reference through other kernels; 0 when it was not measured
 */
export function isDistinguishable(statistics: ComparisonStatistics, floorKld: number): boolean {
  const { meanKld, sameTop } = statistics;
  return sameTop.value < 1 || meanKld.value - 2 * (meanKld.error ?? 0) > Math.max(2 * floorKld, 1e-6);
}
