import {
  type ComparedChoice,
  isBuiltIn,
  readChoiceText,
  splitChoice,
  splitCompared,
  splitWeights,
} from "../../shared/recipes";
import type { KeptRecipe } from "../../store/preferencesSlice";
import { useApp } from "../appContext";
import { levelName } from "../model/levelName";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

/**
 * "q4_0, embedding and head at 8-bit", or the name that the person gave a recipe.
 * @param contender as it was chosen, or as it was kept, perhaps by another version of the page
 */
export function contenderName(contender: string, strings: Strings, own: readonly KeptRecipe[]): string {
  const { compare } = strings;
  if (contender === "floor") return compare.floor;
  const { weights, cache } = splitCompared(contender as ComparedChoice);
  const { choice, hasLora } = splitWeights(weights);
  const bare = weights === "file" ? compare.otherFile : weightsName(choice, strings, own);
  const name = hasLora ? `${bare}, ${compare.withLora}` : bare;
  return cache === "f16" ? `${name}, ${compare.f16Cache}` : name;
}

function weightsName(weights: string, strings: Strings, own: readonly KeptRecipe[]): string {
  const choice = readChoiceText(weights);
  if (choice === null) return weights;
  const { level, recipe } = splitChoice(choice);
  if (isBuiltIn(recipe)) return `${levelName(strings, level, own)}, ${strings.compare.recipes[recipe]}`;
  return levelName(strings, choice, own);
}

export function useContenderName(): (contender: string) => string {
  const strings = useStrings();
  const own = useApp((state) => state.ownRecipes);
  return (contender) => contenderName(contender, strings, own);
}
