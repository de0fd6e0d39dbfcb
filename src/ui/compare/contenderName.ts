import {
  type ComparedChoice,
  isBuiltIn,
  readChoiceText,
  splitChoice,
  splitCompared,
  splitWeights,
} from "../../shared/recipes";
import { levelLabel } from "../../store/modelSource";
import type { KeptRecipe } from "../../store/preferencesSlice";
import { useApp } from "../appContext";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

/**
 * "q4_0, embedding and head at 8-bit", or the name that the person gave a recipe.
 * @param contender as it was chosen, or as it was kept, perhaps by another version of the page
 */
export function contenderName(contender: string, compare: Strings["compare"], own: readonly KeptRecipe[]): string {
  if (contender === "floor") return compare.floor;
  const { weights, cache } = splitCompared(contender as ComparedChoice);
  const { choice, hasLora } = splitWeights(weights);
  const bare = weights === "file" ? compare.otherFile : weightsName(choice, compare, own);
  const name = hasLora ? `${bare}, ${compare.withLora}` : bare;
  return cache === "f16" ? `${name}, ${compare.f16Cache}` : name;
}

function weightsName(weights: string, compare: Strings["compare"], own: readonly KeptRecipe[]): string {
  const choice = readChoiceText(weights);
  if (choice === null) return weights;
  const { level, recipe } = splitChoice(choice);
  const named = own.find((kept) => kept.choice === choice)?.name;
  return named ?? (isBuiltIn(recipe) ? `${levelLabel(level)}, ${compare.recipes[recipe]}` : levelLabel(choice));
}

export function useContenderName(): (contender: string) => string {
  const { compare } = useStrings();
  const own = useApp((state) => state.ownRecipes);
  return (contender) => contenderName(contender, compare, own);
}
