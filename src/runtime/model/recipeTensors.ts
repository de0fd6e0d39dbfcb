import { VitrineError } from "../../shared/errors";
import type { BlockTensors, ModelTensors } from "../../shared/modelSpec";
import type { Level } from "../../shared/quant";
import { type MatrixPart, matches, patternWords, type RuledMatrix } from "../../shared/recipeRules";
import { type Recipe, rulesOf } from "../../shared/recipes";

/** What a model's matrices do, in its own words for the tensors. */
const BLOCK_PARTS = {
  qProj: "q",
  kProj: "k",
  vProj: "v",
  oProj: "o",
  gateProj: "gate",
  upProj: "up",
  downProj: "down",
} as const satisfies Partial<Record<keyof BlockTensors, MatrixPart>>;

/** Every matrix that recipes may name. A tied head is the embedding; one tensor may hold several matrices. */
export function ruledMatrices({ embedding, head, blocks }: ModelTensors): RuledMatrix[] {
  const found: RuledMatrix[] = [
    { name: embedding.name, part: "embedding", layer: null },
    { name: head?.weight.name ?? embedding.name, part: "head", layer: null },
  ];
  for (const [layer, block] of blocks.entries()) {
    for (const [key, part] of Object.entries(BLOCK_PARTS) as [keyof typeof BLOCK_PARTS, MatrixPart][]) {
      const refs = block[key];
      if (refs !== undefined) found.push({ name: refs.weight.name, part, layer });
    }
  }
  return found;
}

/**
 * Levels of the tensors that a recipe names; the first rule that names one counts.
 * @throws InvalidSettingError naming a rule that no tensor of the model answers to
 */
export function recipeTensors(recipe: Recipe | "", tensors: ModelTensors): ReadonlyMap<string, Level> {
  const levels = new Map<string, Level>();
  const matrices = recipe === "" ? [] : ruledMatrices(tensors);
  for (const { pattern, level } of rulesOf(recipe)) {
    const named = matrices.filter((matrix) => matches(pattern, matrix));
    if (named.length === 0) {
      throw new VitrineError(
        "InvalidSettingError",
        `The recipe's rule "${patternWords(pattern)} = ${level}" names no tensor of this model. Change or remove it.`,
      );
    }
    for (const { name } of named) if (!levels.has(name)) levels.set(name, level);
  }
  return levels;
}
