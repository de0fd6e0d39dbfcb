import type { LinearRefs, ModelTensors } from "../../shared/modelSpec";
import type { Recipe } from "../../shared/recipes";

/** Names of the tensors that a recipe keeps finer; a tied head is the embedding. */
export function recipeTensors(recipe: Recipe | "", tensors: ModelTensors): ReadonlySet<string> {
  if (recipe === "") return new Set();
  if (recipe === "head8") {
    return new Set([tensors.embedding.name, ...(tensors.head === undefined ? [] : [tensors.head.weight.name])]);
  }
  const block = tensors.blocks[0];
  if (block === undefined) return new Set();
  const refs: readonly (LinearRefs | undefined)[] = [
    block.qProj,
    block.kProj,
    block.vProj,
    block.oProj,
    block.gateProj,
    block.upProj,
    block.downProj,
  ];
  return new Set(refs.flatMap((ref) => (ref === undefined ? [] : [ref.weight.name])));
}
