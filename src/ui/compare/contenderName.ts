import type { Contender } from "../../shared/comparison";
import { splitChoice } from "../../shared/recipes";
import { LEVEL_LABELS } from "../../store/modelSource";
import type { Strings } from "../strings/en";

/** "q4_0, embedding and head at 8-bit". */
export function contenderName(contender: Contender, compare: Strings["compare"]): string {
  if (contender === "floor") return compare.floor;
  const { level, recipe } = splitChoice(contender);
  return recipe === "" ? LEVEL_LABELS[level] : `${LEVEL_LABELS[level]}, ${compare.recipes[recipe]}`;
}
