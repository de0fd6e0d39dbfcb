import { type RefObject, useEffect } from "react";
import { findWords } from "../../store/foldText";
import { useApp } from "../appContext";
import { MAX_FRAMES } from "./readingPlace";

/** As in styles/chat.css. */
const HIGHLIGHT = "sought";
/** Behind the view's own way to the turn, for Markdown that is still being fetched. */
const MORE_FRAMES = 60;

/** Marks the words that a search led to, brings the first into view and the focus to its turn. */
export function useSought(scroller: RefObject<HTMLElement | null>, chatId: string): void {
  const sought = useApp((state) => (state.sought?.chatId === chatId ? state.sought : null));
  useEffect(() => {
    if (sought === null) return;
    let frame = 0;
    let count = 0;
    const look = (): void => {
      count++;
      // Until then the view is brought to the beginning of the turn.
      const isOnItsWay = count <= MAX_FRAMES;
      const turn = scroller.current?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(sought.turnId)}"]`);
      const ranges = turn == null || isOnItsWay ? [] : rangesOf(turn, sought.words);
      const [first] = ranges;
      if (turn == null || first === undefined) {
        if (count < MAX_FRAMES + MORE_FRAMES) frame = requestAnimationFrame(look);
        return;
      }
      CSS.highlights?.set(HIGHLIGHT, new Highlight(...ranges));
      focusOnce(turn);
      bringIntoView(first, scroller.current);
    };
    frame = requestAnimationFrame(look);
    return () => {
      cancelAnimationFrame(frame);
      CSS.highlights?.delete(HIGHLIGHT);
    };
  }, [scroller, sought]);
}

function bringIntoView(range: Range, scroller: HTMLElement | null): void {
  const at = range.getBoundingClientRect();
  const view = scroller?.getBoundingClientRect();
  if (view !== undefined && at.top >= view.top && at.bottom <= view.bottom) return;
  range.startContainer.parentElement?.scrollIntoView({ block: "center" });
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
