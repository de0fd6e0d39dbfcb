import type { LevelChoice } from "../../shared/recipes";
import { LEVEL_LABELS } from "../../store/modelSource";
import type { Strings } from "../strings/en";

/** As people read it; only "as stored" is a word. */
export function levelName({ model }: Strings, level: LevelChoice): string {
  return level === "stored" ? model.stored : LEVEL_LABELS[level];
}
