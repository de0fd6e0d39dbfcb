import type { Contender } from "../../shared/comparison";
import { LEVEL_LABELS } from "../../store/modelSource";

export function contenderName(contender: Contender, floor: string): string {
  return contender === "floor" ? floor : LEVEL_LABELS[contender];
}
