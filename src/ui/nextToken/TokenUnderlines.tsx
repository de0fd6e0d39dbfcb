/**
 * The tokens of an answer under its words: a line as thick as the token was unlikely, a preview where the pointer is,
 * a pin by a click. Drawn by the browser's highlights, so that the answer's elements stay as Markdown made them.
 */
import { type RefObject, useEffect, useState } from "react";
import type { Turn } from "../../store/conversation";
import { selectedToken } from "../../store/selectionSlice";
import { useApp, useAppStore } from "../appContext";
import { type TokenRun, tokenOwners } from "./alignTokens";
import { type Drawn, highlight, linesUnder, NOWHERE, type Placed, placeTokens, rangeOf } from "./drawTokens";

export default function TokenUnderlines({ turn, article }: { turn: Turn; article: RefObject<HTMLElement | null> }) {
  const store = useAppStore();
  const tokens = useApp((state) => state.tokenTexts.get(turn.id));
  const model = useApp((state) => state.model);
  const [placed, setPlaced] = useState<Placed>(NOWHERE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another model reads other tokens
  useEffect(() => void store.getState().loadTokenTexts(turn.id), [store, turn.id, turn.answer, model]);

  useEffect(() => {
    const place = article.current?.querySelector<HTMLElement>(".turn-text");
    if (tokens === undefined || !place) return;
    const owners = tokenOwners(turn.text, tokens);
    const find = (): void => setPlaced(placeTokens(place, turn.text, owners));
    find();
    // Markdown and its highlighter may come later than the words.
    const observer = new MutationObserver(find);
    observer.observe(place, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [article, turn.text, tokens]);

  const probabilities = turn.answer?.probabilities;
  useEffect(() => {
    return highlight(linesUnder(placed, probabilities));
  }, [placed, probabilities]);

  const active = useApp((state) => {
    const selected = selectedToken(state);
    return selected?.turnId === turn.id ? selected.index : null;
  });
  useEffect(() => {
    const drawn: Drawn[] = [];
    for (const [node, runs] of placed) {
      for (const run of runs) if (run.index === active) drawn.push(["token-active", rangeOf(node, run)]);
    }
    return highlight(drawn);
  }, [placed, active]);

  useEffect(() => {
    const place = article.current?.querySelector<HTMLElement>(".turn-text");
    if (!place || placed.size === 0) return;
    const { hoverToken, pinToken } = store.getState();
    const at = (event: MouseEvent) => tokenAt(event, placed);
    const point = (event: MouseEvent): void => {
      const index = at(event);
      hoverToken(index === null ? null : { turnId: turn.id, index });
    };
    const leave = (): void => hoverToken(null);
    const click = (event: MouseEvent): void => {
      const isForElsewhere = event.target instanceof Element && event.target.closest("a, button, summary") !== null;
      if (isForElsewhere || getSelection()?.isCollapsed === false) return;
      const index = at(event);
      if (index !== null) pinToken({ turnId: turn.id, index });
    };
    place.addEventListener("pointermove", point);
    place.addEventListener("pointerleave", leave);
    place.addEventListener("click", click);
    return () => {
      place.removeEventListener("pointermove", point);
      place.removeEventListener("pointerleave", leave);
      place.removeEventListener("click", click);
    };
  }, [article, store, turn.id, placed]);
  return null;
}

function tokenAt({ clientX, clientY }: MouseEvent, placed: Placed): number | null {
  const [node, offset] = caretAt(clientX, clientY);
  if (!(node instanceof Text)) return null;
  const runs = placed.get(node) ?? [];
  // The caret lies between two characters: the one whose box holds the point is meant.
  const isIn = (run: TokenRun): boolean => {
    if (offset < run.start || offset > run.end) return false;
    const range = document.createRange();
    range.setStart(node, Math.min(run.start, node.length));
    range.setEnd(node, Math.min(run.end, node.length));
    return [...range.getClientRects()].some(
      ({ left, right, top, bottom }) => clientX >= left && clientX < right && clientY >= top && clientY < bottom,
    );
  };
  return runs.find(isIn)?.index ?? null;
}

function caretAt(x: number, y: number): readonly [node: Node | null, offset: number] {
  if ("caretPositionFromPoint" in document) {
    const position = document.caretPositionFromPoint(x, y);
    return [position?.offsetNode ?? null, position?.offset ?? 0];
  }
  // Safari's name for it.
  const range = (document as Document).caretRangeFromPoint(x, y);
  return [range?.startContainer ?? null, range?.startOffset ?? 0];
}
