import type { FoundTurn } from "../../store/searchConversation";
import { useApp } from "../appContext";

interface FoundTurnsProps {
  readonly chatId: string;
  readonly found: readonly FoundTurn[];
  /** Folded. */
  readonly words: readonly string[];
  readonly onOpen: () => void;
}

/** Where in a chat the words stand; each leads there. */
export function FoundTurns({ chatId, found, words, onOpen }: FoundTurnsProps) {
  const showTurn = useApp((state) => state.showTurn);
  return (
    <div className="found-turns">
      {found.map(({ turnId, excerpt }) => (
        <button
          key={turnId}
          type="button"
          className="found-turn"
          dir="auto"
          onClick={() => {
            showTurn(chatId, turnId, words);
            onOpen();
          }}
        >
          {excerpt.map(({ text, isFound }, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, in their order
            isFound ? <mark key={index}>{text}</mark> : text,
          )}
        </button>
      ))}
    </div>
  );
}
