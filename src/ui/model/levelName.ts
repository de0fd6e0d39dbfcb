import type { ModelReport } from "../../shared/protocol";
import type { FormatId } from "../../shared/quant";
import { rulesWords } from "../../shared/recipeRules";
import { isBuiltIn, type LevelChoice, rulesOf, splitChoice } from "../../shared/recipes";
import type { KeptRecipe } from "../../store/preferencesSlice";
import { useApp } from "../appContext";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

/** As people read it; only "as stored" is a word, and a recipe of their own has the name that they gave it. */
export function levelName(strings: Strings, choice: LevelChoice, own: readonly KeptRecipe[]): string {
  return own.find((kept) => kept.choice === choice)?.name ?? choiceWords(strings, choice);
}

/** What a choice consists of: a recipe of one's own by its rules. */
export function choiceWords(strings: Strings, choice: LevelChoice): string {
  const { level, recipe } = splitChoice(choice);
  if (recipe === "") return level === "stored" ? strings.model.stored : level;
  return isBuiltIn(recipe) ? choice : `${choiceWords(strings, level)}, ${rulesWords(rulesOf(recipe))}`;
}

export function useLevelName(): (level: LevelChoice) => string {
  const strings = useStrings();
  const own = useApp((state) => state.ownRecipes);
  return (level) => levelName(strings, level, own);
}

/** What an open model's weights are at; as stored, the format that takes the most bytes is said too. */
export function openLevelName(
  strings: Strings,
  { level, weightBytes }: ModelReport,
  own: readonly KeptRecipe[],
): string {
  const formats = Object.entries(weightBytes) as [FormatId, number][];
  const [main] = formats.sort(([, a], [, b]) => b - a);
  return level === "stored" && main !== undefined ? strings.model.storedAs(main[0]) : levelName(strings, level, own);
}
