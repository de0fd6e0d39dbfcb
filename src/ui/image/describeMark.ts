import type { Strings } from "../strings/en";
import type { Mark } from "./drawing";
import { WORLD_SIDE } from "./world";

/** "red circle at 50 %, 25 %". */
export function describeMark(mark: Mark, words: Strings["image"]): string {
  const colour = words.colours[mark.colour];
  if (mark.kind === "line") return words.line(colour);
  const percent = (value: number): number => Math.round((value / WORLD_SIDE) * 100);
  const [x, y] = mark.at;
  return words.placed(words.shapeOf(colour, words.shapes[mark.shape]), percent(x), percent(y));
}
