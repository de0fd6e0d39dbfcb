/** What each matrix of a level costs by itself: the reference with only that one taken from the level. */
import type { TensorPart } from "../../shared/comparison";
import { meanOf, type Statistic } from "../../shared/comparisonStatistics";
import type { Model } from "../model/model";
import type { BlockWeights, ModelWeights } from "../model/weights";
import { PairScorer } from "./pairScorer";
import type { TextWindow, WindowPlan } from "./textWindows";

export interface Damage {
  readonly part: TensorPart;
  /** Of the tokens of one window. */
  readonly kld: Statistic;
}

const BLOCK_PARTS = ["qkv", "o", "up", "down"] as const satisfies readonly (keyof BlockWeights)[];

/** Matrices that are stored together are exchanged together. */
export function partsOf({ blocks, head, embedding }: ModelWeights): TensorPart[] {
  return [
    { layer: null, name: head.matrix === embedding ? "tied" : "embedding" },
    ...blocks.flatMap((_, layer) => BLOCK_PARTS.map((name): TensorPart => ({ layer, name }))),
    ...(head.matrix === embedding ? [] : [{ layer: null, name: "head" } as const]),
  ];
}

/** @throws OutOfMemoryError, NonFiniteLogitsError, DeviceLostError */
export async function damageOf(
  part: TensorPart,
  reference: Model,
  level: Model,
  window: TextWindow,
  plan: WindowPlan,
): Promise<Damage> {
  const mixed = reference.withWeights(exchanged(reference.weights, level.weights, part));
  const scorer = await PairScorer.create(reference, mixed, window.ids.length);
  try {
    return { part, kld: meanOf((await scorer.score(window, plan.firstScored)).kld) };
  } finally {
    await scorer.close();
  }
}

function exchanged(reference: ModelWeights, level: ModelWeights, { layer, name }: TensorPart): ModelWeights {
  if (layer === null) {
    const { embedding, head } = level;
    if (name === "head") return { ...reference, head };
    return name === "tied" ? { ...reference, embedding, head } : { ...reference, embedding };
  }
  const blocks = reference.blocks.map((block, index) => {
    const other = level.blocks[index];
    return index === layer && other !== undefined ? { ...block, [name]: other[name as keyof BlockWeights] } : block;
  });
  return { ...reference, blocks };
}
