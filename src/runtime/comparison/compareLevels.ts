/** A reference and levels of the same weights over one text: one level at a time beside the reference. */
import type {
  ComparedModel,
  ComparisonEvent,
  ComparisonRequest,
  ComparisonResult,
  Contender,
} from "../../shared/comparison";
import { LEAST_TOKENS, shareError } from "../../shared/comparisonStatistics";
import { isErrorNamed, VitrineError } from "../../shared/errors";
import type { KvPrecision } from "../../shared/protocol";
import { type ComparedChoice, splitCompared } from "../../shared/recipes";
import { otherChoice } from "../model/kernelChoice";
import type { Model } from "../model/model";
import type { OpenedModel } from "../openModel";
import { readPrompt } from "../session/readPrompt";
import { bareToken, tokenTexts } from "../text/tokenTexts";
import type { ComparedHeads } from "./comparedHeads";
import { decodeSpeed } from "./decodeSpeed";
import { KeptLogits } from "./keptLogits";
import { layerErrors } from "./layerErrors";
import { PairScorer } from "./pairScorer";
import { damageOf, partsOf } from "./tensorDamage";
import { planWindows, scoredCount, type TextWindow, textWindows, type WindowPlan } from "./textWindows";

/** A model that somebody may have open anyway; `release` frees it if nobody has. */
export interface BorrowedModel {
  readonly opened: OpenedModel;
  readonly release: () => void;
}

export type BorrowModel = (
  level: ComparedChoice,
  onBytes: (done: number, total: number) => void,
) => Promise<BorrowedModel>;

export interface ComparisonSetting {
  readonly borrow: BorrowModel;
  readonly onEvent: (event: ComparisonEvent) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Resolves when there is no pause, or when the signal aborts. */
  readonly passed: () => Promise<void>;
  /** Gets the heads of reference and levels, which outlive the run. */
  readonly heads: ComparedHeads;
}

/** The reference's logits are kept for all levels where those of the whole text take no more than this. */
const KEPT_BYTES = 256 * 2 ** 20;

/** Rounding is the same everywhere in a text: so many tokens tell the floor. */
const FLOOR_TOKENS = 256;

type Asked = Omit<ComparisonRequest, "model">;

interface Text {
  readonly windows: readonly TextWindow[];
  readonly plan: WindowPlan;
  readonly until: number | null;
}

/** @throws InvalidSettingError for a text too short or a picture in it; any error of loading a model */
export async function compareLevels(request: Asked, setting: ComparisonSetting): Promise<ComparisonResult> {
  const kept: { logits: KeptLogits | null } = { logits: null };
  const loaded = (level: ComparedChoice): Promise<BorrowedModel> =>
    setting.borrow(level, (doneBytes, totalBytes) =>
      setting.onEvent({ kind: "loading", level, doneBytes, totalBytes }),
    );
  const reference = await loaded(request.reference);
  const levels: ComparedModel[] = [];
  let scratchBytes = 0;
  let scoringMs = 0;
  const score = async (contender: Contender, model: Model, text: Text): Promise<number> => {
    const { model: against } = reference.opened;
    const { plan } = text;
    const caches = cachesOf(request, contender);
    const isKept = KeptLogits.bytesOf(text.windows, plan, against.spec.vocabSize) <= KEPT_BYTES;
    if (isKept) kept.logits ??= await KeptLogits.create(against, plan, caches[0]);
    const scorer =
      kept.logits === null
        ? await PairScorer.create(against, model, plan.window, caches)
        : await PairScorer.against(kept.logits, model, plan.window, caches[1]);
    const { bytes, elapsedMs } = await scoreText(contender, scorer, text, setting);
    scratchBytes = Math.max(scratchBytes, bytes);
    scoringMs += elapsedMs;
    return elapsedMs;
  };
  try {
    const text = readText(reference.opened, request, setting.onEvent);
    if (request.measureFloor && !setting.signal.aborted) {
      const { model } = reference.opened;
      await score("floor", model.withKernels(otherChoice(model.choice)), text);
    }
    for (const level of request.levels) {
      if (setting.signal.aborted) break;
      // Another cache over the same weights needs no second copy of them.
      const isSame = splitCompared(level).weights === splitCompared(request.reference).weights;
      const borrowed = isSame ? { opened: reference.opened, release: () => {} } : await loaded(level);
      try {
        const elapsedMs = await score(level, borrowed.opened.model, text);
        await lookInside(level, reference.opened.model, borrowed.opened.model, text, request, setting);
        levels.push(await described(level, borrowed, elapsedMs, text, setting.signal));
      } finally {
        borrowed.release();
      }
    }
    const first = await described(request.reference, reference, scoringMs, text, setting.signal);
    const end = setting.signal.aborted ? "stopped" : "done";
    return { end, reference: first, levels, scratchBytes };
  } finally {
    await kept.logits?.close();
    reference.release();
  }
}

/** Of reference and contender. */
function cachesOf({ reference }: Asked, contender: Contender): readonly [KvPrecision, KvPrecision] {
  const { cache } = splitCompared(reference);
  return [cache, contender === "floor" ? cache : splitCompared(contender).cache];
}

/** Where in the stack the level departs from the reference, and by which matrices. */
async function lookInside(
  contender: Contender,
  reference: Model,
  level: Model,
  { windows, plan }: Text,
  request: Asked,
  setting: ComparisonSetting,
): Promise<void> {
  const { onEvent, signal, passed } = setting;
  const [window] = windows;
  if (window === undefined || signal.aborted) return;
  const errors = await layerErrors(reference, level, window.ids, cachesOf(request, contender));
  onEvent({ kind: "layers", contender, errors });
  await compareHeads(contender, reference, level, window, request, setting);
  const parts = request.findTensors ? partsOf(reference.weights) : [];
  for (const [index, part] of parts.entries()) {
    await passed();
    if (signal.aborted) return;
    const { kld } = await damageOf(part, reference, level, window, plan);
    onEvent({ kind: "tensor", contender, part, kld, done: index + 1, ofParts: parts.length });
  }
}

/** Said once where attention of this model cannot be computed again. */
async function compareHeads(
  contender: Contender,
  reference: Model,
  level: Model,
  { ids }: TextWindow,
  request: Asked,
  { onEvent, signal, heads }: ComparisonSetting,
): Promise<void> {
  if (signal.aborted) return;
  const caches = cachesOf(request, contender);
  try {
    if (heads.tokens === 0) await heads.begin(reference, ids, caches[0]);
    onEvent({ kind: "heads", contender, heads: await heads.add(contender, level, caches[1]), tokens: heads.tokens });
  } catch (error) {
    if (!isErrorNamed(error, "UnsupportedModelError") && !isErrorNamed(error, "OutOfMemoryError")) throw error;
    const { name, message } = error as Error;
    onEvent({ kind: "noHeads", reason: { name, message } });
  }
}

async function described(
  level: ComparedChoice,
  { opened: { model } }: BorrowedModel,
  scoringMs: number,
  { windows }: Text,
  signal: AbortSignal,
): Promise<ComparedModel> {
  const tokensPerSecond = signal.aborted ? null : await decodeSpeed(model, windows[0]?.ids ?? []);
  return { level, weightBytes: model.weights.bytesByFormat, scoringMs, tokensPerSecond };
}

function readText(opened: OpenedModel, request: Asked, onEvent: ComparisonSetting["onEvent"]): Text {
  const { tokenizer, model } = opened;
  const bosId = windowStart(opened, request.bos);
  const ids = textIds(opened, request, bosId);
  const { contextLength } = model.spec;
  const plan = planWindows(ids.length, contextLength, request);
  const windows = textWindows(ids, bosId, plan);
  if (scoredCount(windows, plan) === 0) {
    throw new VitrineError("InvalidSettingError", "The text is too short: no token is left to score.");
  }
  const tokens = tokenizer === null ? ids.map(bareToken) : tokenTexts(tokenizer, ids);
  onEvent({ kind: "text", tokens, ...plan, bos: bosId !== null });
  return { windows, plan, until: request.until };
}

/** The beginning-of-text token of every window; null: none. @throws InvalidSettingError where the model has none */
function windowStart({ tokenizer, name }: OpenedModel, asked: boolean | null): number | null {
  const bosId = tokenizer?.bosId ?? null;
  if (asked === true && bosId === null) {
    throw new VitrineError("InvalidSettingError", `${name} has no beginning-of-text token.`);
  }
  return (asked ?? tokenizer?.addsBos === true) ? bosId : null;
}

/** The text's tokens, with or without the beginning-of-text token before them. */
function textIds(
  opened: OpenedModel,
  { text }: Pick<ComparisonRequest, "text">,
  bosId: number | null,
): readonly number[] {
  const items = readPrompt(opened, text, Number.MAX_SAFE_INTEGER)(0, []) ?? [];
  const ids = items.map((item) => {
    if (typeof item === "number") return item;
    throw new VitrineError("InvalidSettingError", "A text with pictures cannot be scored. Compare on another text.");
  });
  const bare = ids[0] === opened.tokenizer?.bosId ? ids.slice(1) : ids;
  return bosId === null ? bare : [bosId, ...bare];
}

/** @param scorer closed at the end */
async function scoreText(
  contender: Contender,
  scorer: PairScorer,
  { windows, plan, until }: Text,
  { onEvent, now, signal, passed }: ComparisonSetting,
): Promise<{ bytes: number; elapsedMs: number }> {
  let elapsedMs = 0;
  try {
    const all = scoredCount(windows, plan);
    const ofTokens = contender === "floor" ? Math.min(FLOOR_TOKENS, all) : all;
    let scored = 0;
    let same = 0;
    for (const window of windows) {
      await passed();
      if (signal.aborted) break;
      const started = now();
      const scores = await scorer.score(window, plan.firstScored);
      elapsedMs += now() - started;
      scored += scores.kld.length;
      same += scores.topReference.filter((id, i) => id === scores.topLevel[i]).length;
      onEvent({ kind: "scores", contender, scores, scored, ofTokens });
      if (scored >= ofTokens) break;
      if (until !== null && scored >= LEAST_TOKENS && shareError(same, scored) <= until) break;
    }
    return { bytes: scorer.scratchBytes, elapsedMs };
  } finally {
    await scorer.close();
  }
}
