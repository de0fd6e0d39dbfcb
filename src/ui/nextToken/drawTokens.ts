/** Where tokens stand in an answer as it is shown, and lines under them, by the browser's own highlights. */
import { alignPieces, runsOf, type TokenRun } from "./alignTokens";
import { likelihood } from "./likelihood";

/** Written by the page, not by the model. */
const NOT_OF_THE_MODEL = "button, summary, figcaption, .katex, .link-target, .image-text, .visually-hidden";

/** The name of a highlight, and what it is under. */
export type Drawn = readonly [name: string, range: StaticRange];
export type Placed = ReadonlyMap<Text, readonly TokenRun[]>;
export const NOWHERE: Placed = new Map();

/** `owners`: which token wrote each character of `text`. */
export function placeTokens(place: HTMLElement, text: string, owners: Int32Array): Placed {
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

export function rangeOf(node: Text, { start, end }: TokenRun): StaticRange {
  const [from, to] = [Math.min(start, node.length), Math.min(end, node.length)];
  return new StaticRange({ startContainer: node, startOffset: from, endContainer: node, endOffset: to });
}

/** Draws until the returned function is called. Browsers without highlights draw nothing. */
export function highlight(ranges: readonly Drawn[]): () => void {
  addRanges(ranges);
  return () => removeRanges(ranges);
}

/** From one drawing to the next: what both begin with stays untouched, which is most of it while a text grows. */
export function redraw(before: readonly Drawn[], after: readonly Drawn[]): readonly Drawn[] {
  let same = 0;
  while (same < before.length && isSame(before[same], after[same])) same++;
  removeRanges(before.slice(same));
  addRanges(after.slice(same));
  return [...before.slice(0, same), ...after.slice(same)];
}

function isSame(a: Drawn | undefined, b: Drawn | undefined): boolean {
  if (a === undefined || b === undefined || a[0] !== b[0]) return false;
  const { startContainer, startOffset, endOffset } = a[1];
  return startContainer === b[1].startContainer && startOffset === b[1].startOffset && endOffset === b[1].endOffset;
}

function addRanges(ranges: readonly Drawn[]): void {
  if (typeof Highlight === "undefined") return;
  for (const [name, range] of ranges) {
    const known = CSS.highlights.get(name);
    if (known === undefined) CSS.highlights.set(name, new Highlight(range));
    else known.add(range);
  }
}

function removeRanges(ranges: readonly Drawn[]): void {
  if (typeof Highlight === "undefined") return;
  for (const [name, range] of ranges) CSS.highlights.get(name)?.delete(range);
}

/** What was likely enough stays without a line: in the chat the words come first. */
export function linesUnder(placed: Placed, probabilities: readonly (number | null)[] | undefined): Drawn[] {
  const drawn: Drawn[] = [];
  for (const [node, runs] of placed) {
    for (const run of runs) {
      const step = likelihood(probabilities?.[run.index] ?? null);
      if (step !== null && step < 3) drawn.push([`token-${step}`, rangeOf(node, run)]);
    }
  }
  return drawn;
}
