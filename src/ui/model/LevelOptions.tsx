import { isBuiltIn, LEVEL_CHOICES, type LevelChoice, RECIPES, splitChoice } from "../../shared/recipes";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { useLevelName } from "./levelName";

interface LevelOptionsProps {
  /** What is chosen, which may be a recipe that is no longer kept. */
  readonly chosen: LevelChoice;
  /** Left out: all are. */
  readonly isOffered?: (choice: LevelChoice) => boolean;
  /** Left out: "q4_0+head8". */
  readonly nameOf?: (choice: LevelChoice) => string;
}

/** Levels alone, then those of each recipe under its name, then the person's own recipes. */
export function LevelOptions({ chosen, isOffered = () => true, nameOf }: LevelOptionsProps) {
  const { compare } = useStrings();
  const levelName = useLevelName();
  const kept = useApp((state) => state.ownRecipes);
  const { recipe } = splitChoice(chosen);
  const isOwn = recipe !== "" && !isBuiltIn(recipe);
  const own = [...new Set([...kept.map(({ choice }) => choice), ...(isOwn ? [chosen] : [])])].filter(isOffered);
  const options = (choices: readonly LevelChoice[]) =>
    choices.map((choice) => (
      <option key={choice} value={choice}>
        {(nameOf ?? levelName)(choice)}
      </option>
    ));
  const builtIn = (wanted: string) =>
    options(LEVEL_CHOICES.filter((choice) => splitChoice(choice).recipe === wanted && isOffered(choice)));
  return (
    <>
      {builtIn("")}
      {RECIPES.map((known) => (
        <optgroup key={known} label={compare.recipes[known]}>
          {builtIn(known)}
        </optgroup>
      ))}
      {own.length > 0 && <optgroup label={compare.ownRecipes.title}>{options(own)}</optgroup>}
    </>
  );
}
