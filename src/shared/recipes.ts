/** Recipes: which tensors get another level than the rest. */
import type { KvPrecision } from "./protocol";
import { bitsPerWeight, LEVELS, type Level, QUANT_FORMATS } from "./quant";
import { parseRules, type RecipeRule, rulesText } from "./recipeRules";

/** `head8`: embedding and head. `first8`: layer 0. */
export const RECIPES = ["head8", "first8"] as const;
export type BuiltInRecipe = (typeof RECIPES)[number];

/** Rules of a person's own, as text. */
export type OwnRecipe = `${string}=${string}`;
export type Recipe = BuiltInRecipe | OwnRecipe;

/** What the built-in recipes keep their tensors at. */
const FINER_LEVEL = "q8_0" satisfies Level;

const RULES: { readonly [R in BuiltInRecipe]: string } = {
  head8: `embedding=${FINER_LEVEL},head=${FINER_LEVEL}`,
  first8: `layer0=${FINER_LEVEL}`,
};

/** A level alone, "q4_0+head8", or with rules: "q4_0+layer0=q8_0,head=f16". */
export type LevelChoice = Level | `${Level}+${Recipe}`;

export function isBuiltIn(recipe: string): recipe is BuiltInRecipe {
  return RECIPES.some((known) => known === recipe);
}

/** Of none, none. */
export function rulesOf(recipe: Recipe | ""): RecipeRule[] {
  return recipe === "" ? [] : parseRules(isBuiltIn(recipe) ? RULES[recipe] : recipe);
}

/** Null for a level that a built-in recipe would not make finer. */
export function withRecipe(level: Level, recipe: BuiltInRecipe): LevelChoice | null {
  if (level === "stored") return null;
  return bitsPerWeight(QUANT_FORMATS[level]) < bitsPerWeight(QUANT_FORMATS[FINER_LEVEL]) ? `${level}+${recipe}` : null;
}

/** Those that come with the page. */
export const LEVEL_CHOICES: readonly LevelChoice[] = [
  ...LEVELS,
  ...RECIPES.flatMap((recipe) => LEVELS.map((level) => withRecipe(level, recipe)).filter((choice) => choice !== null)),
];

export function joinChoice(level: Level, recipe: Recipe | ""): LevelChoice {
  // A recipe that would make nothing finer is none.
  if (isBuiltIn(recipe)) return withRecipe(level, recipe) ?? level;
  return recipe === "" ? level : `${level}+${recipe}`;
}

export function splitChoice(choice: LevelChoice): { readonly level: Level; readonly recipe: Recipe | "" } {
  const level = LEVELS.find((known) => choice === known || choice.startsWith(`${known}+`)) as Level;
  const recipe = choice.slice(level.length + 1);
  return { level, recipe: isBuiltIn(recipe) || recipe.includes("=") ? (recipe as Recipe) : "" };
}

/** A choice out of text that may be anything, its rules as they are written here; null: it is none. */
export function readChoiceText(text: string): LevelChoice | null {
  const known = LEVEL_CHOICES.find((choice) => choice === text);
  if (known !== undefined) return known;
  const level = LEVELS.find((id) => text.startsWith(`${id}+`));
  if (level === undefined) return null;
  try {
    return `${level}+${rulesText(parseRules(text.slice(level.length + 1))) as OwnRecipe}`;
  } catch {
    return null;
  }
}

/** What a recipe would do to an open model, before any weight is read. */
export interface RecipeReport {
  /** In the recipe's order. */
  readonly rules: readonly RuleReport[];
  /** Matrices that no rule names. */
  readonly rest: Pick<RuleReport, "tensors" | "sizeBytes">;
}

export interface RuleReport {
  /** Tensors that get their level by this rule. */
  readonly tensors: number;
  /** Of them at that level; null: not known, since the open model's weights were converted. */
  readonly sizeBytes: number | null;
  /** Tensors that it names, those that an earlier rule has included. */
  readonly named: number;
}

/** A level of the open model's weights, with an adapter in them or without, or those of another file as they are stored. */
export type ComparedWeights = LevelChoice | `${LevelChoice}${typeof WITH_LORA}` | "file";
const WITH_LORA = "^lora";

export function joinWeights(choice: LevelChoice, hasLora: boolean): ComparedWeights {
  return hasLora ? `${choice}${WITH_LORA}` : choice;
}

/** Of another file, as stored. */
export function splitWeights(weights: ComparedWeights): { readonly choice: LevelChoice; readonly hasLora: boolean } {
  if (weights === "file") return { choice: "stored", hasLora: false };
  const hasLora = weights.endsWith(WITH_LORA);
  return { choice: (hasLora ? weights.slice(0, -WITH_LORA.length) : weights) as LevelChoice, hasLora };
}

/** What is compared: weights with a cache in f32, or in f16 ("q4_0~f16", "q4_0^lora~f16"). */
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
