/** A recipe as it is being written: rules that may not be rules yet. */
import { isErrorNamed } from "../../shared/errors";
import type { Level } from "../../shared/quant";
import { parsePattern, patternText, patternWords } from "../../shared/recipeRules";
import { joinChoice, type LevelChoice, type OwnRecipe, rulesOf, splitChoice } from "../../shared/recipes";

export interface DraftRule {
  readonly id: number;
  readonly pattern: string;
  readonly level: Level;
}

export interface RecipeDraft {
  readonly name: string;
  /** Of everything that no rule names. */
  readonly level: Level;
  readonly rules: readonly DraftRule[];
}

export const NEW_DRAFT: RecipeDraft = { name: "", level: "q4_0", rules: [{ id: 0, pattern: "", level: "q8_0" }] };

/** Null while any rule is empty or wrong. */
export function draftChoice({ level, rules }: RecipeDraft): LevelChoice | null {
  if (rules.length === 0 || rules.some(({ pattern }) => patternError(pattern) !== null || isEmpty(pattern)))
    return null;
  const texts = rules.map((rule) => `${patternText(parsePattern(rule.pattern))}=${rule.level}`);
  return joinChoice(level, texts.join(",") as OwnRecipe);
}

export function draftOf(name: string, choice: LevelChoice): RecipeDraft {
  const { level, recipe } = splitChoice(choice);
  const rules = rulesOf(recipe).map((rule, id) => ({ id, pattern: patternWords(rule.pattern), level: rule.level }));
  return { name, level, rules };
}

/** Null: it is a pattern, or nothing was written yet. */
export function patternError(pattern: string): string | null {
  if (isEmpty(pattern)) return null;
  try {
    parsePattern(pattern);
    return null;
  } catch (error) {
    if (isErrorNamed(error, "InvalidSettingError")) return (error as Error).message;
    throw error;
  }
}

function isEmpty(pattern: string): boolean {
  return pattern.trim() === "";
}
