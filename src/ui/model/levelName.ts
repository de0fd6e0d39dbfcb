import type { ModelReport } from "../../shared/protocol";
import type { FormatId } from "../../shared/quant";
import type { LevelChoice } from "../../shared/recipes";
import { levelLabel } from "../../store/modelSource";
import type { KeptRecipe } from "../../store/preferencesSlice";
import { useApp } from "../appContext";
import type { Strings } from "../strings/en";
import { useStrings } from "../strings/useStrings";

/** As people read it; only "as stored" is a word, and a recipe of their own has the name that they gave it. */
export function levelName({ model }: Strings, level: LevelChoice, own: readonly KeptRecipe[]): string {
  if (level === "stored") return model.stored;
  return own.find(({ choice }) => choice === level)?.name ?? levelLabel(level);
}

export function useLevelName(): (level: LevelChoice) => string {
  const strings = useStrings();
  const own = useApp((state) => state.ownRecipes);
  return (level) => levelName(strings, level, own);
}

/** What an open model's weights are at; as stored, the format that takes the most bytes is said too. */
export function openLevelName(
  strings: Strings,
  { level, weightBytes }: ModelReport,
  own: readonly KeptRecipe[],
): string {
  const formats = Object.entries(weightBytes) as [FormatId, number][];
  const [main] = formats.sort(([, a], [, b]) => b - a);
  return level === "stored" && main !== undefined ? strings.model.storedAs(main[0]) : levelName(strings, level, own);
}
