/** What a level does to a model's files, before any weight is read. */
import type { ModelTensors, TensorRef } from "../../shared/modelSpec";
import { joinChoice, type LevelChoice, splitChoice } from "../../shared/recipes";
import { formatOf, isFullPrecision } from "./readRows";
import { recipeTensors } from "./recipeTensors";
import type { TensorEntry } from "./tensorSource";

/**
 * Levels convert files in full precision. Where any matrix is stored quantized, all stay as stored: what was rounded
 * once is not rounded again, and a file of mixed formats was mixed on purpose.
 * @throws InvalidSettingError for a recipe that names what the model does not have
 * @param entryOf undefined for a tensor that is missing, which loading will say
 */
export function appliedChoice(
  choice: LevelChoice,
  tensors: ModelTensors,
  entryOf: (name: string) => TensorEntry | undefined,
): LevelChoice {
  const { level, recipe } = splitChoice(choice);
  if (choice === "stored") return choice;
  const isQuantized = levelledTensors(tensors).some(({ name }) => {
    const entry = entryOf(name);
    return entry?.info.shape.length === 2 && !isFullPrecision(formatOf(entry).id);
  });
  if (isQuantized) return "stored";
  // Refuses what names nothing now, before any weight is read.
  recipeTensors(recipe, tensors);
  return joinChoice(level, recipe);
}

/** Tensors whose matrices a level changes: the image tower and learned positions stay as stored. */
export function levelledTensors(tensors: ModelTensors): readonly TensorRef[] {
  const { vision: _vision, positions: _positions, ...rest } = tensors;
  const found: TensorRef[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (typeof (value as Partial<TensorRef>).name === "string") found.push(value as TensorRef);
    else for (const child of Object.values(value)) walk(child);
  };
  walk(rest);
  return found;
}
