/** What factors on heads change about the next token, the text before it being the same. */
import { VitrineError } from "../../shared/errors";
import type { EffectReport, HeadFactor } from "../../shared/inspection";
import type { OpenedModel } from "../openModel";
import { LogitRow } from "../sampling/logitRow";
import { tokenText } from "../text/tokenTexts";
import { traceLastRow } from "./inspect";
import type { PromptItem } from "./promptItems";
import type { Session } from "./session";

const MOST_TOP = 50;

/**
 * After a cached position; what is cached stays, and afterwards every head counts as it is. Null: the session is
 * generating.
 * @throws InvalidSettingError outside the cached tokens or heads
 */
export async function headEffect(
  opened: OpenedModel,
  session: Session,
  position: number,
  factors: readonly HeadFactor[],
  top: number,
): Promise<EffectReport | null> {
  if (session.isBusy) return null;
  const items = [...session.cachedItems];
  if (!Number.isInteger(position) || position < 0 || position >= items.length) {
    throw new VitrineError("InvalidSettingError", `Position ${position} is not among ${items.length} cached tokens.`);
  }
  const ids = items.slice(0, position + 1);
  const after = await underFactors(session, ids, factors);
  const before = await underFactors(session, ids, []);
  await session.show(items);
  const count = Math.max(1, Math.min(MOST_TOP, top));
  const shown = [...new Set([...before.top(count), ...after.top(count)])];
  shown.sort((a, b) => before.rankOf(a) - before.rankOf(b));
  return {
    position,
    kld: divergence(before, after),
    entropyBits: { before: before.entropyBits(), after: after.entropyBits() },
    tokens: shown.map((id) => ({
      token: tokenText(opened.tokenizer, id),
      before: before.probability(id),
      after: after.probability(id),
    })),
  };
}

async function underFactors(
  session: Session,
  ids: readonly PromptItem[],
  factors: readonly HeadFactor[],
): Promise<LogitRow> {
  await session.scaleHeads(factors);
  try {
    return new LogitRow((await traceLastRow(session, ids)).logits, []);
  } finally {
    if (factors.length > 0) await session.scaleHeads([]);
  }
}

/** In nats; what rounding makes of two equal rows is nothing. */
function divergence(p: LogitRow, q: LogitRow): number {
  let sum = 0;
  for (let id = 0; id < p.vocabSize; id++) {
    const share = p.probability(id);
    if (share > 0) sum += share * (p.logProbability(id) - q.logProbability(id));
  }
  return Math.max(0, sum);
}
