/**
 * The tokens of an answer under its words: a line as thick as the token was unlikely, a preview where the pointer is,
 * a pin by a click. Drawn by the browser's highlights, so that the answer's elements stay as Markdown made them.
 */
import { type RefObject, useEffect, useState } from "react";
import type { Turn } from "../../store/conversation";
import { selectedToken } from "../../store/selectionSlice";
import { useApp, useAppStore } from "../appContext";
import { alignPieces, runsOf, type TokenRun, tokenOwners } from "./alignTokens";
import { likelihood } from "./likelihood";

/** Written by the page, not by the model. */
const NOT_OF_THE_MODEL = "button, summary, figcaption, .katex, .link-target, .image-text, .visually-hidden";

type Placed = ReadonlyMap<Text, readonly TokenRun[]>;
const NOWHERE: Placed = new Map();

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
    const drawn: [string, StaticRange][] = [];
    for (const [node, runs] of placed) {
      for (const run of runs) {
        const step = likelihood(probabilities?.[run.index] ?? null);
        // What was likely enough stays without a line: in the chat the words come first.
        if (step !== null && step < 3) drawn.push([`token-${step}`, rangeOf(node, run)]);
      }
    }
    return highlight(drawn);
  }, [placed, probabilities]);

  const active = useApp((state) => {
    const selected = selectedToken(state);
    return selected?.turnId === turn.id ? selected.index : null;
  });
  useEffect(() => {
    const drawn: [string, StaticRange][] = [];
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

function placeTokens(place: HTMLElement, text: string, owners: Int32Array): Placed {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    if (node.parentElement?.closest(NOT_OF_THE_MODEL) === null) nodes.push(node);
  }
  const pieces = alignPieces(
    text,
    nodes.map((node) => node.data),
  );
  return new Map(nodes.map((node, index) => [node, runsOf(pieces[index] ?? new Int32Array(0), owners)]));
}

function rangeOf(node: Text, { start, end }: TokenRun): StaticRange {
  const [from, to] = [Math.min(start, node.length), Math.min(end, node.length)];
  return new StaticRange({ startContainer: node, startOffset: from, endContainer: node, endOffset: to });
}

/** Draws until the returned function is called. Browsers without highlights draw nothing. */
function highlight(ranges: readonly (readonly [name: string, range: StaticRange])[]): () => void {
  if (typeof Highlight === "undefined") return () => {};
  for (const [name, range] of ranges) {
    const known = CSS.highlights.get(name);
    if (known === undefined) CSS.highlights.set(name, new Highlight(range));
    else known.add(range);
  }
  return () => {
    for (const [name, range] of ranges) CSS.highlights.get(name)?.delete(range);
  };
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
