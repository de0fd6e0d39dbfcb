/** How fast a model writes on this device, by itself: a short greedy answer, the second of two. */
import { DEFAULT_SAMPLING } from "../../shared/sampling";
import { perSecond } from "../../shared/units";
import type { Model } from "../model/model";
import { Session } from "../session/session";

const PROMPT_TOKENS = 8;
const TOKENS = 24;
const TOKENS_IN_FLIGHT = 4;

/** Tokens a second; null where the context leaves no room to tell. @throws DeviceLostError, OutOfMemoryError */
export async function decodeSpeed(model: Model, text: readonly number[]): Promise<number | null> {
  const ids = text.slice(0, PROMPT_TOKENS);
  const tokens = Math.min(TOKENS, model.spec.contextLength - ids.length);
  if (tokens < 2) return null;
  const session = await Session.create(model, { capacity: ids.length + tokens, precision: "f32" });
  try {
    let rate: number | null = null;
    // On a GPU the first one also wakes the device up.
    for (let run = model.gpu.isSoftware ? 1 : 0; run < 2; run++) {
      session.truncate(0);
      const { decodeMs } = await session.generate({
        ids,
        sampling: { ...DEFAULT_SAMPLING, greedy: true },
        maxNewTokens: tokens,
        tokensInFlight: TOKENS_IN_FLIGHT,
        onToken: () => false,
      });
      rate = perSecond(tokens - 1, decodeMs);
    }
    return rate;
  } finally {
    await session.close();
  }
}
