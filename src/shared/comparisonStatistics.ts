/**
 * Statistics of a comparison, each with its error: llama.cpp's definitions (tools/perplexity), so that numbers can stand
 * beside published ones. Errors are standard errors of the mean over tokens, sd / sqrt(N - 1).
 */
import type { TokenScores } from "./comparison";

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

const BUCKET_ENDS = [0, 0.25, 0.5, 0.75, 0.95, 1] as const;

/** Mean and sd / sqrt(N - 1). */
export function meanOf(values: ArrayLike<number>): Statistic {
  const n = values.length;
  if (n === 0) return { value: Number.NaN, error: null, n };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  const variance = squares / n;
  return { value: mean, error: n > 1 ? Math.sqrt(variance / (n - 1)) : null, n };
}

/** Between the two nearest of the sorted values, in proportion. @param share 0 to 1 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (at - below);
}

function perplexityOf(nll: ArrayLike<number>): Statistic {
  const { value, error, n } = meanOf(nll);
  const perplexity = Math.exp(value);
  return { value: perplexity, error: error === null ? null : perplexity * error, n };
}

/** Null without a scored token. */
export function comparisonStatistics(scores: TokenScores): ComparisonStatistics | null {
  const { nllReference, nllLevel, kld, topProbability, topReference, topLevel } = scores;
  const n = kld.length;
  if (n === 0) return null;
  const each = (pick: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => pick(i));
  const sorted = each((i) => kld[i] as number).sort();
  const at = (share: number): Statistic => ({ value: percentile(sorted, share), error: null, n });
  const deltaP = each((i) => Math.exp(-(nllLevel[i] as number)) - Math.exp(-(nllReference[i] as number)));
  const squared = meanOf(deltaP.map((delta) => delta * delta));
  const rms = Math.sqrt(squared.value);
  const same = meanOf(each((i) => (topReference[i] === topLevel[i] ? 1 : 0)));
  return {
    n,
    referencePerplexity: perplexityOf(nllReference),
    perplexity: perplexityOf(nllLevel),
    lnPerplexityRatio: meanOf(each((i) => (nllLevel[i] as number) - (nllReference[i] as number))),
    meanKld: meanOf(kld),
    medianKld: at(0.5),
    kld90: at(0.9),
    kld95: at(0.95),
    kld99: at(0.99),
    kld999: at(0.999),
    maxKld: at(1),
    meanDeltaP: meanOf(deltaP),
    // d sqrt(m) = dm / (2 sqrt(m))
    rmsDeltaP: { value: rms, error: squared.error === null ? null : rms > 0 ? squared.error / (2 * rms) : 0, n },
    sameTop: same,
    buckets: BUCKET_ENDS.slice(1).map((to, index) => {
      const from = BUCKET_ENDS[index] as number;
      const isIn = (p: number): boolean => p >= from && (p < to || to === 1);
      return { from, to, kld: meanOf(kld.filter((_, i) => isIn(topProbability[i] as number))) };
    }),
  };
}

/** Scores of consecutive windows as one. */
export function joinScores(parts: readonly TokenScores[]): TokenScores {
  const floats = (pick: (part: TokenScores) => Float32Array): Float32Array =>
    fill(new Float32Array(lengthOf(parts.map(pick))), parts.map(pick));
  const words = (pick: (part: TokenScores) => Uint32Array): Uint32Array =>
    fill(new Uint32Array(lengthOf(parts.map(pick))), parts.map(pick));
  return {
    places: words((part) => part.places),
    nllReference: floats((part) => part.nllReference),
    nllLevel: floats((part) => part.nllLevel),
    kld: floats((part) => part.kld),
    topProbability: floats((part) => part.topProbability),
    topReference: words((part) => part.topReference),
    topLevel: words((part) => part.topLevel),
    tops: words((part) => part.tops),
  };
}

function lengthOf(arrays: readonly { readonly length: number }[]): number {
  return arrays.reduce((sum, array) => sum + array.length, 0);
}

function fill<A extends Float32Array | Uint32Array>(out: A, arrays: readonly A[]): A {
  let at = 0;
  for (const array of arrays) {
    out.set(array, at);
    at += array.length;
  }
  return out;
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
