/** Recipes: which tensors stay at 8 bit beside a coarser level. */
import type { KvPrecision } from "./protocol";
import { bitsPerWeight, LEVELS, type Level, QUANT_FORMATS } from "./quant";

/** `head8`: embedding and head. `first8`: layer 0. */
export const RECIPES = ["head8", "first8"] as const;
export type Recipe = (typeof RECIPES)[number];

/** What recipes keep their tensors at. */
export const FINER_LEVEL = "q8_0" satisfies Level;

/** A level alone, or "q4_0+head8". */
export type LevelChoice = Level | `${Level}+${Recipe}`;

/** Null for a level that a recipe would not make finer. */
export function withRecipe(level: Level, recipe: Recipe): LevelChoice | null {
  if (level === "stored") return null;
  return bitsPerWeight(QUANT_FORMATS[level]) < bitsPerWeight(QUANT_FORMATS[FINER_LEVEL]) ? `${level}+${recipe}` : null;
}

export const LEVEL_CHOICES: readonly LevelChoice[] = [
  ...LEVELS,
  ...RECIPES.flatMap((recipe) => LEVELS.map((level) => withRecipe(level, recipe)).filter((choice) => choice !== null)),
];

export function joinChoice(level: Level, recipe: Recipe | ""): LevelChoice {
  // A recipe that would make nothing finer is none.
  return recipe === "" ? level : (withRecipe(level, recipe) ?? level);
}

export function splitChoice(choice: LevelChoice): { readonly level: Level; readonly recipe: Recipe | "" } {
  const level = LEVELS.find((known) => choice === known || choice.startsWith(`${known}+`)) as Level;
  return { level, recipe: RECIPES.find((recipe) => choice === `${level}+${recipe}`) ?? "" };
}

/** A level of the open model's weights, or those of another file as they are stored. */
export type ComparedWeights = LevelChoice | "file";

/** What is compared: weights with a cache in f32, or in f16 ("q4_0~f16"). */
export type ComparedChoice = ComparedWeights | `${ComparedWeights}~f16`;

export function withCache(weights: ComparedWeights, cache: KvPrecision): ComparedChoice {
  return cache === "f16" ? `${weights}~f16` : weights;
}

export function splitCompared(choice: ComparedChoice): {
  readonly weights: ComparedWeights;
  readonly cache: KvPrecision;
} {
  const [weights = "stored", cache = "f32"] = choice.split("~") as [ComparedWeights, KvPrecision?];
  return { weights, cache };
}

export function cacheOf(choice: ComparedChoice): KvPrecision {
  return splitCompared(choice).cache;
}
