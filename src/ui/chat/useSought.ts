import { type RefObject, useEffect } from "react";
import { findWords } from "../../store/foldText";
import { useApp } from "../appContext";

/** As in styles/chat.css. */
const HIGHLIGHT = "sought";
/** While the view is on its way and Markdown is being fetched, the turn is not there yet. */
const MAX_FRAMES = 90;

/** Marks the words that a search led to, brings the first into view and the focus to its turn. */
export function useSought(scroller: RefObject<HTMLElement | null>, chatId: string): void {
  const sought = useApp((state) => (state.sought?.chatId === chatId ? state.sought : null));
  useEffect(() => {
    if (sought === null) return;
    let frame = 0;
    let left = MAX_FRAMES;
    const look = (): void => {
      const turn = scroller.current?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(sought.turnId)}"]`);
      const ranges = turn == null ? [] : rangesOf(turn, sought.words);
      const [first] = ranges;
      if (turn == null || first === undefined) {
        if (left-- > 0) frame = requestAnimationFrame(look);
        return;
      }
      CSS.highlights?.set(HIGHLIGHT, new Highlight(...ranges));
      focusOnce(turn);
      first.startContainer.parentElement?.scrollIntoView({ block: "nearest" });
    };
    frame = requestAnimationFrame(look);
    return () => {
      cancelAnimationFrame(frame);
      CSS.highlights?.delete(HIGHLIGHT);
    };
  }, [scroller, sought]);
}

function rangesOf(element: HTMLElement, words: readonly string[]): Range[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const ranges: Range[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (const { start, end } of findWords(node.nodeValue ?? "", words)) {
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, end);
      ranges.push(range);
    }
  }
  return ranges;
}

/** A turn takes no focus otherwise: clicking into it is for selecting text. */
function focusOnce(turn: HTMLElement): void {
  turn.tabIndex = -1;
  turn.focus({ preventScroll: true });
  turn.addEventListener("blur", () => turn.removeAttribute("tabindex"), { once: true });
}
