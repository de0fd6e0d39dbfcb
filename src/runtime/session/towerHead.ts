/** One head of the vision tower on a picture that was encoded: its patterns are computed again, in float64. */
import { VitrineError } from "../../shared/errors";
import type { HeadId, TowerHeadReport } from "../../shared/inspection";
import { checkInspectable } from "../model/capture";
import { patchCount } from "../model/visionWeights";
import type { OpenedModel } from "../openModel";
import { towerPattern } from "./towerPattern";

/** @throws InvalidSettingError, UnsupportedModelError */
export async function towerHead(
  { name, images, model }: OpenedModel,
  hash: string,
  { layer, head }: HeadId,
  patch: number,
): Promise<TowerHeadReport> {
  const { vision } = model.spec;
  if (images === null || vision === undefined) refuse(`${name} does not see pictures.`);
  checkInspectable(vision, false);
  const attention = vision.blocks[layer]?.attention;
  if (attention === undefined || !Number.isInteger(head) || head < 0 || head >= attention.numHeads) {
    refuse(`Layer ${layer} head ${head} is not in the tower of this model.`);
  }
  const patches = patchCount(vision);
  if (!Number.isInteger(patch) || patch < 0 || patch >= patches) refuse(`There are ${patches} patches, no ${patch}.`);
  const met = await images.attentionOf(hash, layer);
  if (met === undefined) refuse("This picture has not been shown to the model.");
  const first = vision.classRow ? 1 : 0;
  const drawn = new Float32Array(patches);
  for (let p = 0; p < patches; p++) {
    const row = towerPattern(met, attention, head, first + p);
    for (let key = 0; key < patches; key++) {
      drawn[key] = (drawn[key] as number) + (row[first + key] as number) / patches;
    }
  }
  const own = towerPattern(met, attention, head, first + patch);
  return {
    looksAt: Float32Array.from(own.subarray(first)),
    drawn,
    onClassRow: vision.classRow ? (own[0] as number) : null,
  };
}

function refuse(message: string): never {
  throw new VitrineError("InvalidSettingError", message);
}
