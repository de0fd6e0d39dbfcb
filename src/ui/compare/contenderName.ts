import type { Contender } from "../../shared/comparison";
import { splitChoice, splitCompared } from "../../shared/recipes";
import { LEVEL_LABELS } from "../../store/modelSource";
import type { Strings } from "../strings/en";

/** "q4_0, embedding and head at 8-bit". */
export function contenderName(contender: Contender, compare: Strings["compare"]): string {
  if (contender === "floor") return compare.floor;
  const { weights, cache } = splitCompared(contender);
  const { level, recipe } = splitChoice(weights);
  const name = recipe === "" ? LEVEL_LABELS[level] : `${LEVEL_LABELS[level]}, ${compare.recipes[recipe]}`;
  return cache === "f16" ? `${name}, ${compare.f16Cache}` : name;
}
