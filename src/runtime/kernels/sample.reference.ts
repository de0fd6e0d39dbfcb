/**
 * The sampler in float64, with a sort: penalties -> top-k -> top-p (arXiv 1904.09751) -> min-p (arXiv 2407.01082) ->
 * temperature -> Gumbel-max draw (argmax of logit / temperature + noise draws from the softmax: arXiv 1611.01144).
 */
import { PENALTY_WINDOW, type SamplingSettings } from "../../shared/sampling";

/**
 * Repetition (arXiv 1909.05858): positive logits of recent tokens divided, negative ones multiplied. Then the frequency
 * penalty for each occurrence, the presence penalty once.
 * @param seen all tokens so far; the last `PENALTY_WINDOW` count
 */
export function penaltyReference(
  logits: ArrayLike<number>,
  seen: readonly number[],
  settings: SamplingSettings,
): Float64Array {
  const adjusted = Float64Array.from(logits);
  const counts = new Map<number, number>();
  for (const token of seen.slice(-PENALTY_WINDOW)) counts.set(token, (counts.get(token) ?? 0) + 1);
  for (const [token, count] of counts) {
    const logit = adjusted[token] as number;
    const repeated = logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty;
    adjusted[token] = repeated - count * settings.frequencyPenalty - settings.presencePenalty;
  }
  return adjusted;
}

export interface Survivors {
  /** [V] 1 for tokens that pass every cut. */
  readonly survives: Uint8Array;
  /** [V] distance from the nearest cut, as probability (top-p) or share of the most likely token (min-p). */
  readonly margin: Float64Array;
}

/** @param logits after penalties */
export function survivorsReference(logits: ArrayLike<number>, settings: SamplingSettings): Survivors {
  const V = logits.length;
  const survives = new Uint8Array(V);
  const margin = new Float64Array(V).fill(Number.POSITIVE_INFINITY);
  // Most likely first, the lower id on a tie.
  const order = Array.from({ length: V }, (_, id) => id).sort(
    (a, b) => (logits[b] as number) - (logits[a] as number) || a - b,
  );
  const highest = logits[order[0] as number] as number;
  const kept = settings.topK > 0 ? order.slice(0, settings.topK) : order;
  const weights = kept.map((id) => Math.exp((logits[id] as number) - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  for (const [rank, id] of kept.entries()) {
    const share = weights[rank] as number;
    const inTopP = settings.topP >= 1 || rank === 0 || before / total < settings.topP;
    const inMinP = share >= settings.minP;
    survives[id] = inTopP && inMinP ? 1 : 0;
    const fromTopP = settings.topP >= 1 || rank === 0 ? Number.POSITIVE_INFINITY : before / total - settings.topP;
    margin[id] = Math.min(Math.abs(fromTopP), share === 1 ? Number.POSITIVE_INFINITY : Math.abs(share - settings.minP));
    before += share;
  }
  return { survives, margin };
}

/** Finalizer of MurmurHash3. */
function mixBits(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** -log(-log(u)), u uniform from a hash of seed, position and token. */
export function gumbelReference(seed: number, position: number, token: number): number {
  const bits = mixBits(mixBits(mixBits(seed ^ 0x9e3779b9) ^ position) ^ Math.imul(token, 0x9e3779b1));
  const u = (~bits >>> 0) / 2 ** 32 + 2 ** -33;
  return -Math.log(-Math.log(u));
}

export interface DrawReference {
  readonly token: number;
  /** By how much it beats the next one: a gap within rounding may go to either. */
  readonly gap: number;
}

export function drawReference(
  logits: ArrayLike<number>,
  survives: Uint8Array,
  settings: SamplingSettings,
  position: number,
): DrawReference {
  let token = -1;
  let best = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    if (survives[id] === 0) continue;
    const score = (logits[id] as number) / settings.temperature + gumbelReference(settings.seed, position, id);
    if (score > best) {
      second = best;
      best = score;
      token = id;
    } else {
      second = Math.max(second, score);
    }
  }
  return { token, gap: best - second };
}
