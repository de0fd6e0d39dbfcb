/** The image tower that lies beside a GGUF model in a repository, as llama.cpp names it: "mmproj-….gguf". */
import { isErrorNamed } from "../../shared/errors";
import { ConfigReader } from "../architectures/configReader";
import { visionFromGguf } from "../architectures/ggufVision";
import type { GgufModelFiles, ModelFiles } from "../files/modelFiles";
import { withTower } from "./sideFiles";

export const TOWER_NAME = /(^|\/)mmproj[^/]*\.gguf$/i;

/**
 * Of several the one in halves, else the smallest: towers stay as stored, and pictures suffer first.
 * @param path of the model
 */
export function towerBeside<File extends { readonly path: string; readonly sizeBytes: number }>(
  path: string,
  files: readonly File[],
): File | null {
  const towers = files.filter((file) => TOWER_NAME.test(file.path) && folderOf(file.path) === folderOf(path));
  const inHalves = towers.filter((file) => /(^|[^b])f16/i.test(file.path.slice(folderOf(path).length)));
  const [best = null] = (inHalves.length > 0 ? inHalves : towers).toSorted((a, b) => a.sizeBytes - b.sizeBytes);
  return best;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** The model with its tower, as one; alone where the tower is of a kind that is not computed here, or of another model. */
export function joinTower(model: GgufModelFiles, tower: GgufModelFiles): ModelFiles {
  const { metadata } = model.file;
  const textSize = metadata[`${metadata["general.architecture"]}.embedding_length`];
  const shapeOf = (name: string) => tower.tensors.get(name)?.shape;
  if (typeof textSize !== "number" || shapeOf("mm.2.weight")?.[0] !== textSize) return model;
  try {
    visionFromGguf(new ConfigReader(tower.file.metadata, tower.name, "clip."), textSize, shapeOf);
  } catch (error) {
    if (isErrorNamed(error, "UnsupportedModelError")) return model;
    throw error;
  }
  const [source] = tower.sources;
  return source === undefined ? model : withTower({ ...model, vision: { file: tower.file, source } });
}
