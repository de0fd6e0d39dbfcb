import type { AppState } from "../../store/appStore";
import { turnsInPrompt } from "../../store/conversationWords";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

const SHOWN_LENGTH = 40;

/** The oldest message that can go: the last one never does, and those that went already are not read any more. */
function oldestWords({ turns }: AppState): string | null {
  const messages = turnsInPrompt(turns).filter((turn) => turn.role === "user");
  const dropped = turns.findLast((turn) => turn.answer !== null)?.answer?.stats.droppedPieces ?? 0;
  const words = messages.slice(0, -1)[dropped]?.text.trim().replace(/\s+/g, " ");
  if (words === undefined) return null;
  return words.length <= SHOWN_LENGTH ? words : `${words.slice(0, SHOWN_LENGTH - 1).trimEnd()}…`;
}

/** What happens when the context is full, in a sentence. */
export function useContextNext(): string {
  const { contextNext } = useStrings();
  const isDropping = useApp((state) => state.settings.atCapacity === "drop-oldest");
  const words = useApp(oldestWords);
  const isText = useApp((state) => state.model !== null && !state.model.report.hasChatTemplate);
  if (!isDropping) return contextNext.stop;
  if (isText) return contextNext.text;
  return words === null ? contextNext.nothing : contextNext.drop(words);
}
