import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Nearer than this to the end, the view follows what is written. */
const NEAR_PX = 48;

/**
 * Follows growing content while the reader is at its end, and lets go as soon as they scroll away. A change of
 * `turnCount` goes to the end in any case: the reader just sent something.
 */
export function useStickToBottom(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  turnCount: number,
) {
  const follows = useRef(true);
  const [isAtBottom, setAtBottom] = useState(true);

  const scrollToBottom = useCallback(() => {
    follows.current = true;
    setAtBottom(true);
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: turnCount is the occasion, not an input
  useLayoutEffect(scrollToBottom, [turnCount, scrollToBottom]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    const onScroll = (): void => {
      const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      follows.current = isNear;
      setAtBottom(isNear);
    };
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller, content]);

  return { isAtBottom, scrollToBottom };
}
