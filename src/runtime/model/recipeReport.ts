/** What a recipe would do to a model, from its headers alone. */

import type { ModelTensors } from "../../shared/modelSpec";
import { fileBytes, type Level, QUANT_FORMATS } from "../../shared/quant";
import { matches } from "../../shared/recipeRules";
import { type LevelChoice, type RecipeReport, rulesOf, splitChoice } from "../../shared/recipes";
import { numElements } from "../files/tensorInfo";
import { targetFormat } from "./matrixLoader";
import { formatOf, isFullPrecision } from "./readRows";
import { ruledMatrices } from "./recipeTensors";
import type { TensorEntry, TensorSource } from "./tensorSource";

interface Headers {
  readonly tensors: ModelTensors;
  readonly source: TensorSource;
}

/** Sizes as in a file. Rules that name nothing are told with zero tensors. @throws InvalidSettingError for what is no rule */
export function recipeReport({ tensors, source }: Headers, choice: LevelChoice): RecipeReport {
  const { level, recipe } = splitChoice(choice);
  const matrices = ruledMatrices(tensors);
  const left = new Set(matrices.map(({ name }) => name));
  const sizeOf = (names: readonly string[], wanted: Level): number | null =>
    names.reduce<number | null>((sum, name) => {
      const bytes = tensorBytes(source.get(name), wanted);
      return sum === null || bytes === null ? null : sum + bytes;
    }, 0);
  const rules = rulesOf(recipe).map(({ pattern, level: wanted }) => {
    const named = new Set(matrices.filter((matrix) => matches(pattern, matrix)).map(({ name }) => name));
    const taken = [...named].filter((name) => left.delete(name));
    return { tensors: taken.length, sizeBytes: sizeOf(taken, wanted), named: named.size };
  });
  return { rules, rest: { tensors: left.size, sizeBytes: sizeOf([...left], level) } };
}

/** Null where the source is rounded already: what its full precision takes is not known any more. */
function tensorBytes(entry: TensorEntry | undefined, level: Level): number | null {
  if (entry === undefined) return 0;
  const { id } = formatOf(entry);
  const { shape } = entry.info;
  if (level === "stored" && !isFullPrecision(id)) return null;
  // A level is the same whatever it is computed from.
  const target = targetFormat(isFullPrecision(id) ? id : "f32", level, shape.at(-1) ?? 1);
  return fileBytes(QUANT_FORMATS[target], numElements(shape));
}
