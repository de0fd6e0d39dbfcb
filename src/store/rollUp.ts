/** Tokens rolled up to words or sentences: what a unit looks at is the mean of its tokens, what it gets is their sum. */
import type { TileAxis } from "../shared/inspection";
import type { TokenText } from "../shared/nextToken";
import type { HeadView } from "./headView";

export const UNITS = ["token", "word", "sentence"] as const;
export type UnitKind = (typeof UNITS)[number];

/** Tokens that are seen as one. */
export interface TextUnit {
  readonly start: number;
  readonly count: number;
  readonly text: string;
}

/** A row that is no token, or one that is no text, stands by itself. */
function isApart({ id, isSpecial }: TokenText): boolean {
  return id < 0 || isSpecial;
}

/** In order, every token in exactly one. Words and sentences are those of Unicode (UAX 29), by the page's own segmenter. */
export function unitsOf(texts: readonly TokenText[], kind: UnitKind): TextUnit[] {
  if (kind === "token") return texts.map(({ text }, start) => ({ start, count: 1, text }));
  const segmenter = new Intl.Segmenter(undefined, { granularity: kind });
  const units: TextUnit[] = [];
  for (let at = 0; at < texts.length; ) {
    let end = at + 1;
    if (isApart(texts[at] as TokenText)) {
      // A picture is read as one.
      const isPatch = (token: TokenText | undefined): boolean => token !== undefined && token.id < 0;
      if (kind === "sentence" && isPatch(texts[at])) while (isPatch(texts[end])) end++;
      units.push(unit(texts, at, end));
    } else {
      while (end < texts.length && !isApart(texts[end] as TokenText)) end++;
      units.push(...segmented(texts, at, end, segmenter));
    }
    at = end;
  }
  return units;
}

/** A token belongs to the segment in which its first sign lies that is no space. */
function segmented(texts: readonly TokenText[], from: number, to: number, segmenter: Intl.Segmenter): TextUnit[] {
  const run = texts.slice(from, to).map(({ text }) => text);
  const ends: number[] = [];
  for (const { index, segment } of segmenter.segment(run.join(""))) ends.push(index + segment.length);
  const units: TextUnit[] = [];
  let [offset, segment, begun, known] = [0, 0, from, -1];
  for (const [i, text] of run.entries()) {
    const sign = text.search(/\S/);
    const place = offset + Math.max(0, sign);
    while (segment < ends.length - 1 && (ends[segment] as number) <= place) segment++;
    // A token without text of its own is a part of the one before.
    if (known >= 0 && segment !== known && text !== "") {
      units.push(unit(texts, begun, from + i));
      begun = from + i;
    }
    if (text !== "" || known < 0) known = segment;
    offset += text.length;
  }
  return [...units, unit(texts, begun, to)];
}

function unit(texts: readonly TokenText[], start: number, end: number): TextUnit {
  const parts = texts.slice(start, end).map(({ text }) => text);
  const isImage = end - start > 1 && (texts[start]?.id ?? 0) < 0;
  return { start, count: end - start, text: isImage ? (parts[0] ?? "") : parts.join("") };
}

/** The unit that a token lies in. */
export function unitAt(units: readonly TextUnit[], position: number): number {
  let [low, high] = [0, units.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((units[middle]?.start ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** Cells of an axis over units as the runtime knows it. @param axis in units */
export function unitAxis(units: readonly TextUnit[], { start, step, count }: TileAxis): TileAxis {
  const ends = units.at(-1);
  const edgeOf = (at: number): number => units[at]?.start ?? (ends === undefined ? 0 : ends.start + ends.count);
  return { start, step, count, edges: Array.from({ length: count + 1 }, (_, i) => edgeOf(start + i * step)) };
}

/** Weights by unit. */
export interface RolledUp {
  /** Of the unit that is selected. */
  readonly selected: number;
  /** [selected + 1]: sums over the units' tokens. */
  readonly looksAt: Float32Array;
  /** [units - selected]: means over the units' tokens. */
  readonly lookedAtBy: Float32Array;
}

export function rollUp(view: HeadView, units: readonly TextUnit[]): RolledUp {
  const selected = unitAt(units, view.position);
  const seen = (weight: number | undefined): number => (weight === undefined || Number.isNaN(weight) ? 0 : weight);
  const sum = (weights: Float32Array, from: number, { start, count }: TextUnit): number => {
    if (count === 1) return weights[start - from] ?? Number.NaN;
    let total = 0;
    for (let i = start; i < start + count; i++) total += seen(weights[i - from]);
    return total;
  };
  return {
    selected,
    looksAt: Float32Array.from(units.slice(0, selected + 1), (each) => sum(view.looksAt, 0, each)),
    lookedAtBy: Float32Array.from(units.slice(selected), (each) => sum(view.lookedAtBy, view.start, each) / each.count),
  };
}
