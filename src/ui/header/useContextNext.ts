import type { AppState } from "../../store/appStore";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";

const SHOWN_LENGTH = 40;

/** The oldest message that can go: the last one never does. */
function oldestWords({ turns }: AppState): string | null {
  const messages = turns.filter((turn) => turn.role === "user");
  const words = messages.length < 2 ? undefined : messages[0]?.text.trim().replace(/\s+/g, " ");
  if (words === undefined) return null;
  return words.length <= SHOWN_LENGTH ? words : `${words.slice(0, SHOWN_LENGTH - 1).trimEnd()}…`;
}

/** What happens when the context is full, in a sentence. */
export function useContextNext(): string {
  const { contextNext } = useStrings();
  const isDropping = useApp((state) => state.settings.atCapacity === "drop-oldest");
  const words = useApp(oldestWords);
  if (!isDropping) return contextNext.stop;
  return words === null ? contextNext.nothing : contextNext.drop(words);
}
