import type { ModelReport } from "../../shared/protocol";
import type { FormatId } from "../../shared/quant";
import type { LevelChoice } from "../../shared/recipes";
import { LEVEL_LABELS } from "../../store/modelSource";
import type { Strings } from "../strings/en";

/** As people read it; only "as stored" is a word. */
export function levelName({ model }: Strings, level: LevelChoice): string {
  return level === "stored" ? model.stored : LEVEL_LABELS[level];
}

/** What an open model's weights are at; as stored, the format that takes the most bytes is said too. */
export function openLevelName(strings: Strings, { level, weightBytes }: ModelReport): string {
  const formats = Object.entries(weightBytes) as [FormatId, number][];
  const [main] = formats.sort(([, a], [, b]) => b - a);
  return level === "stored" && main !== undefined ? strings.model.storedAs(main[0]) : levelName(strings, level);
}
