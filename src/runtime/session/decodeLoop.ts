/** Draws token after token on the GPU, several steps in flight. */
import { VitrineError } from "../../shared/errors";
import type { SamplingSettings } from "../../shared/sampling";
import { checkSettings } from "./checkSettings";
import type { PromptItem } from "./promptItems";
import { MAX_IN_FLIGHT } from "./stepQueue";
import { isAborted, type OnPrefill, type Steps } from "./steps";

export interface DecodeRequest {
  /** The whole sequence; what the cache already holds of it is not computed again. */
  readonly ids: readonly PromptItem[];
  readonly sampling: SamplingSettings;
  readonly maxNewTokens: number;
  readonly tokensInFlight: number;
  /**
   * Takes each new token in order, with ln of its probability over the whole vocabulary (before penalties, cuts and
   * temperature); returning true ends the generation with that token.
   */
  readonly onToken: (id: number, logProbability: number) => boolean;
  readonly onPrefill?: OnPrefill;
  /** Ends the generation after the token under way. */
  readonly signal?: AbortSignal;
}

export type DecodeEnd = "ended" | "max-tokens" | "stopped" | "capacity";

export interface DecodeResult {
  readonly end: DecodeEnd;
  readonly ids: readonly number[];
  readonly cachedTokens: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/**
 * Prefills what the cache lacks of the prompt and draws tokens until something ends it. Which tokens come, and what is
 * cached afterwards, do not depend on `tokensInFlight`.
 * @throws ContextOverflowError, InvalidSettingError, NonFiniteLogitsError, DeviceLostError
 */
export async function decodeLoop(steps: Steps, request: DecodeRequest): Promise<DecodeResult> {
  const { ids, onPrefill, signal } = request;
  steps.check(ids);
  if (typeof ids.at(-1) === "object") {
    throw new VitrineError("InvalidSettingError", "A prompt must end with a token, not with an image.");
  }
  checkSettings(request.sampling);
  const started = performance.now();
  if (request.maxNewTokens < 1) {
    return { end: "max-tokens", ids: [], cachedTokens: 0, prefillMs: 0, decodeMs: 0 };
  }
  const cachedTokens = steps.cached.keepPrefix(ids, ids.length - 1);
  await steps.prefill(ids, { from: cachedTokens, to: ids.length - 1, onPrefill, signal });
  if (isAborted(signal)) {
    return { end: "stopped", ids: [], cachedTokens, prefillMs: 0, decodeMs: performance.now() - started };
  }
  steps.writeDraw(ids, request.sampling);
  const fresh: number[] = [];
  let prefilled = 0;
  steps.cached.beginWriting(ids, fresh);
  try {
    const end = await drawTokens(steps, request, fresh, () => {
      prefilled = performance.now();
      onPrefill?.(ids.length, ids.length);
    });
    await steps.queue.drain();
    return { end, ids: fresh, cachedTokens, prefillMs: prefilled - started, decodeMs: performance.now() - prefilled };
  } finally {
    await steps.queue.drain();
    steps.cached.endWriting(steps.cache.capacity);
  }
}

/** @param fresh takes what is drawn @param onFirst called when the first token is there */
async function drawTokens(
  steps: Steps,
  request: DecodeRequest,
  fresh: number[],
  onFirst: () => void,
): Promise<DecodeEnd> {
  const { ids, maxNewTokens } = request;
  const { queue } = steps;
  const inFlight = Math.max(1, Math.min(MAX_IN_FLIGHT, Math.floor(request.tokensInFlight)));
  // Step n runs the token drawn by step n - 1, which takes position ids.length + n - 1.
  const most = Math.min(maxNewTokens, steps.cache.capacity - ids.length + 1);
  for (let submitted = 0; ; ) {
    while (queue.inFlight < inFlight && submitted < most) {
      steps.submitDecode(ids.length + submitted);
      submitted++;
    }
    const drawn = await queue.take();
    if (fresh.length === 0) onFirst();
    if (drawn.nonFinite) throw nonFinite(drawn.position);
    // The step ran the token before the one it drew.
    steps.cached.add([fresh.at(-1) ?? (ids.at(-1) as PromptItem)]);
    fresh.push(drawn.token);
    if (request.onToken(drawn.token, drawn.logProbability)) return "ended";
    if (isAborted(request.signal)) return "stopped";
    if (fresh.length >= maxNewTokens) return "max-tokens";
    if (fresh.length >= most) return "capacity";
  }
}

function nonFinite(position: number): VitrineError {
  return new VitrineError(
    "NonFiniteLogitsError",
    `The model produced a value that is not a number at position ${position}; generation stopped. ` +
      "The file may be damaged, or its weights overflow; try another level.",
  );
}
