import { LEVEL_CHOICES, type LevelChoice, RECIPES, splitChoice } from "../../shared/recipes";
import { useStrings } from "../strings/useStrings";
import { levelName } from "./levelName";

interface LevelOptionsProps {
  /** Left out: all are. */
  readonly isOffered?: (choice: LevelChoice) => boolean;
  /** Left out: "q4_0+head8". */
  readonly nameOf?: (choice: LevelChoice) => string;
}

/** Levels alone, then those of each recipe under its name. */
export function LevelOptions({ isOffered = () => true, nameOf }: LevelOptionsProps) {
  const strings = useStrings();
  const { recipes } = strings.compare;
  const options = (recipe: string) =>
    LEVEL_CHOICES.filter((choice) => splitChoice(choice).recipe === recipe && isOffered(choice)).map((choice) => (
      <option key={choice} value={choice}>
        {nameOf?.(choice) ?? levelName(strings, choice)}
      </option>
    ));
  return (
    <>
      {options("")}
      {RECIPES.map((recipe) => (
        <optgroup key={recipe} label={recipes[recipe]}>
          {options(recipe)}
        </optgroup>
      ))}
    </>
  );
}
