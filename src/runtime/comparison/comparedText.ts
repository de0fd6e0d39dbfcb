/** The text of a comparison: its tokens, cut into windows. */
import type { ComparisonRequest } from "../../shared/comparison";
import { VitrineError } from "../../shared/errors";
import type { OpenedModel } from "../openModel";
import { readPrompt } from "../session/readPrompt";
import { bareToken, tokenTexts } from "../text/tokenTexts";
import type { ComparisonQuestion, ComparisonSetting } from "./comparisonSetting";
import { planWindows, scoredCount, type TextWindow, textWindows, type WindowPlan } from "./textWindows";

export interface ComparedText {
  readonly windows: readonly TextWindow[];
  readonly plan: WindowPlan;
}

/** Tells the tokens. @throws InvalidSettingError for a text too short or a picture in it */
export function readComparedText(
  opened: OpenedModel,
  request: ComparisonQuestion,
  onEvent: ComparisonSetting["onEvent"],
): ComparedText {
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
  return { windows, plan };
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
