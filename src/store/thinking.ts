/** Whether an answer begins with a thought, of what the person chose and what the open model leaves to choose. */
import type { ThinkingReport } from "../shared/protocol";

/** What the prompt says of it; null: nothing, because the model does not ask. */
export function chosenThinking(thinking: ThinkingReport | null | undefined, asked: boolean | null): boolean | null {
  return thinking?.isChoice ? (asked ?? thinking.byDefault) : null;
}

/** Whether the template begins the thought, so that the answer's own text begins inside of it. */
export function opensThought(thinking: ThinkingReport | null, asked: boolean | null): boolean {
  return thinking?.opens === true && (chosenThinking(thinking, asked) ?? true);
}
