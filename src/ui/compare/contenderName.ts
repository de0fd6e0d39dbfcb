import type { Contender } from "../../shared/comparison";
import { type ComparedChoice, type LevelChoice, splitChoice, splitCompared } from "../../shared/recipes";
import { LEVEL_LABELS } from "../../store/modelSource";
import type { Strings } from "../strings/en";

/** As it was kept, perhaps by another version of the page. */
export function levelName(level: string, compare: Strings["compare"]): string {
  const { weights } = splitCompared(level as ComparedChoice);
  return weights === "file" || splitChoice(weights).level in LEVEL_LABELS
    ? contenderName(level as ComparedChoice, compare)
    : level;
}

/** "q4_0, embedding and head at 8-bit". */
export function contenderName(contender: Contender, compare: Strings["compare"]): string {
  if (contender === "floor") return compare.floor;
  const { weights, cache } = splitCompared(contender);
  const name = weights === "file" ? compare.otherFile : levelWords(weights, compare);
  return cache === "f16" ? `${name}, ${compare.f16Cache}` : name;
}

function levelWords(weights: LevelChoice, compare: Strings["compare"]): string {
  const { level, recipe } = splitChoice(weights);
  return recipe === "" ? LEVEL_LABELS[level] : `${LEVEL_LABELS[level]}, ${compare.recipes[recipe]}`;
}
