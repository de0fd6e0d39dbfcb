import { type RefObject, useEffect } from "react";
import type { Streaming } from "../../store/chatSlice";
import { useAppStore } from "../appContext";
import { type Drawn, linesUnder, placeTokens, redraw } from "./drawTokens";

/** Text moves on with every frame; its lines follow this often. */
const DRAW_MS = 200;

/** Lines under the words of the answer that is being written. Nothing of it renders: the store is followed by hand. */
export default function StreamingUnderlines({ article }: { article: RefObject<HTMLElement | null> }) {
  const store = useAppStore();
  useEffect(() => {
    let drawn: readonly Drawn[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      timer = undefined;
      const { streaming } = store.getState();
      const place = article.current?.querySelector<HTMLElement>(".turn-text");
      if (streaming === null || !place) return;
      const placed = placeTokens(place, streaming.text, ownersOf(streaming));
      drawn = redraw(drawn, linesUnder(placed, streaming.probabilities));
    };
    const unsubscribe = store.subscribe((state, before) => {
      if (state.streaming !== before.streaming) timer ??= setTimeout(draw, DRAW_MS);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
      redraw(drawn, []);
    };
  }, [store, article]);
  return null;
}

/** As `tokenOwners`, by where the text ended when each token came. */
function ownersOf({ text, ids, textStarts }: Streaming): Int32Array {
  const owners = new Int32Array(text.length).fill(-1);
  const first = ids.length - textStarts.length;
  for (const [i, start] of textStarts.entries()) owners.fill(first + i, start, textStarts[i + 1] ?? text.length);
  return owners;
}
