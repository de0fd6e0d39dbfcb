import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ReadingPlace } from "../../store/draftSlice";
import { goToPlace, placeIn } from "./readingPlace";

/** Nearer than this to the end, the view follows what is written. */
const NEAR_PX = 48;
/** After the last scroll event, before the place is kept. */
const SETTLED_MS = 150;

interface StickToBottomOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly content: RefObject<HTMLElement | null>;
  /** The answer being written: when one begins, the view goes to the end in any case. */
  readonly streamingId: string | null;
  readonly turnIds: readonly string[];
  /** Where reading begins; null: at the end. */
  readonly start: ReadingPlace | null;
  readonly onPlace: (place: ReadingPlace | null) => void;
}

/**
 * Follows growing content while the reader is at its end, and lets go as soon as they scroll up. One instance for each
 * chat: `start` counts once.
 */
export function useStickToBottom(options: StickToBottomOptions) {
  const { scroller, content, streamingId, turnIds, start, onPlace } = options;
  const first = useRef({ start, turnIds });
  const follows = useRef(start === null);
  const [isAtBottom, setAtBottom] = useState(start === null);

  const scrollToBottom = useCallback(() => {
    follows.current = true;
    setAtBottom(true);
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  useLayoutEffect(() => {
    const { start: place, turnIds: ids } = first.current;
    const element = scroller.current;
    if (place === null || element === null) return scrollToBottom();
    return goToPlace(element, ids, place);
  }, [scrollToBottom, scroller]);

  useLayoutEffect(() => {
    if (streamingId !== null) scrollToBottom();
  }, [streamingId, scrollToBottom]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    let lastTop = element.scrollTop;
    let placeTop = element.getBoundingClientRect().top;
    let settled: ReturnType<typeof setTimeout> | undefined;
    const onScroll = (): void => {
      const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      // Content that grows moves the end away without the reader doing anything: only going up lets go.
      if (isNear) follows.current = true;
      else if (element.scrollTop < lastTop) follows.current = false;
      lastTop = element.scrollTop;
      setAtBottom(isNear || follows.current);
      clearTimeout(settled);
      settled = setTimeout(() => onPlace(follows.current ? null : placeIn(element)), SETTLED_MS);
    };
    const observer = new ResizeObserver(() => {
      const { top } = element.getBoundingClientRect();
      if (follows.current) element.scrollTop = element.scrollHeight;
      else {
        // What comes and goes above the view, as a load does, leaves the text where it is read.
        element.scrollTop += top - placeTop;
        onScroll();
      }
      placeTop = top;
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(settled);
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller, content, onPlace]);

  return { isAtBottom, scrollToBottom };
}
