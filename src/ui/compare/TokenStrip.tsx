import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from "react";
import type { TokenScores } from "../../shared/comparison";
import type { TokenText } from "../../shared/nextToken";
import { useStrings } from "../strings/useStrings";
import { formatSmall } from "./formatStatistic";
import { shownToken } from "./shownToken";

interface TokenStripProps {
  readonly tokens: readonly TokenText[];
  readonly scores: TokenScores;
  /** KLD of a full bar: not the largest, so that one outlier does not flatten the rest. */
  readonly full: number;
  /** Among the scored tokens. */
  readonly selected: number | null;
  readonly onSelect: (index: number) => void;
}

export function isFlip(scores: TokenScores, index: number): boolean {
  return scores.topReference[index] !== scores.topLevel[index];
}

/** The text: scored tokens carry a bar of their KLD, and a mark where the most likely token differs. */
export function TokenStrip({ tokens, scores, full, selected, onSelect }: TokenStripProps) {
  const { compare } = useStrings();
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    strip.current?.querySelector(`[data-scored="${selected}"]`)?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const chunks = useMemo(() => chunksOf(tokens, scores.places), [tokens, scores.places]);
  const live = useOneByOne(chunks.length);
  const nextFlip = (): void => {
    const count = scores.kld.length;
    for (let step = 1; step <= count; step++) {
      const index = ((selected ?? -1) + step + count) % count;
      if (!isFlip(scores, index)) continue;
      onSelect(index);
      return;
    }
  };
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(scores.kld.length - 1, (selected ?? -1) + step));
    onSelect(index);
    strip.current?.querySelector<HTMLElement>(`[data-scored="${index}"]`)?.focus();
  };
  return (
    <>
      <div className="compare-strip-head">
        <h3 className="subtitle">{compare.strip}</h3>
        <button type="button" className="button button-quiet" onClick={nextFlip}>
          {compare.nextFlip}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the tokens inside are the buttons; clicks and arrows bubble */}
      <div
        ref={strip}
        className="compare-strip"
        style={{ "--full": Math.max(1e-6, full) } as React.CSSProperties}
        onKeyDown={move}
        onClick={(event) => {
          const index = (event.target as HTMLElement).dataset.scored;
          if (index !== undefined) onSelect(Number(index));
        }}
      >
        {chunks.map((chunk, index) => (
          <StripChunk
            key={chunk.from}
            tokens={tokens}
            scores={scores}
            {...chunk}
            isLive={index < live || inside(selected, chunk) !== null}
            selected={inside(selected, chunk)}
            reachable={inside(selected ?? 0, chunk)}
          />
        ))}
      </div>
    </>
  );
}

function inside(index: number | null, { first, end }: Chunk): number | null {
  return index !== null && index >= first && index < end ? index : null;
}

/** How many of so many are drawn in full: one more with each frame, so that none of them takes long. */
function useOneByOne(count: number): number {
  const [live, setLive] = useState(1);
  useEffect(() => {
    if (live >= count) return;
    const frame = requestAnimationFrame(() => setLive(live + 1));
    return () => cancelAnimationFrame(frame);
  }, [live, count]);
  return live;
}

/** Tokens drawn anew together while windows arrive: so many, or up to the end of a sentence behind the least. */
const LEAST_CHUNK = 64;
const MOST_CHUNK = 128;
const SENTENCE_END = /[.!?\n]\s*$/;

function chunkEnd(tokens: readonly TokenText[], from: number): number {
  const most = Math.min(tokens.length, from + MOST_CHUNK);
  for (let at = from + LEAST_CHUNK; at < most; at++) if (SENTENCE_END.test(tokens[at]?.text ?? "")) return at + 1;
  return most;
}

interface Chunk {
  readonly from: number;
  readonly to: number;
  /** Scored tokens among them. */
  readonly first: number;
  readonly end: number;
}

/** The text cut into parts, each with its share of the scored tokens, which are in the order of the text. */
function chunksOf(tokens: readonly TokenText[], places: Uint32Array): Chunk[] {
  const chunks: Chunk[] = [];
  let first = 0;
  for (let from = 0; from < tokens.length; ) {
    const to = chunkEnd(tokens, from);
    let end = first;
    while (end < places.length && (places[end] as number) < to) end++;
    chunks.push({ from, to, first, end });
    first = end;
    from = to;
  }
  return chunks;
}

interface ChunkProps extends Chunk {
  readonly tokens: readonly TokenText[];
  readonly scores: TokenScores;
  /** False: its text alone, for a moment. */
  readonly isLive: boolean;
  /** Null where it is in another chunk. */
  readonly selected: number | null;
  /** The one token that Tab reaches. */
  readonly reachable: number | null;
}

const CHUNK_KEYS = ["tokens", "from", "to", "first", "end", "isLive", "selected", "reachable"] as const;

/** What was scored stays as it was when more arrives: scores themselves need no comparison. */
const StripChunk = memo(
  function StripChunk({ tokens, scores, isLive, from, to, first, end, selected, reachable }: ChunkProps) {
    const { compare } = useStrings();
    const pieces = isLive ? piecesOf(scores, { from, to, first, end }) : [{ from, to, index: null }];
    return (
      <span className="compare-chunk">
        {pieces.map(({ from, to, index }) => {
          if (index === null) {
            return (
              <span key={from} className="compare-unscored">
                {tokens
                  .slice(from, to)
                  .map((token) => token.text)
                  .join("")}
              </span>
            );
          }
          const kld = scores.kld[index] as number;
          const flip = isFlip(scores, index);
          const text = shownToken(tokens[from]);
          return (
            <button
              key={from}
              type="button"
              className="compare-token"
              data-scored={index}
              data-flip={flip || undefined}
              aria-pressed={index === selected}
              aria-label={compare.tokenLabel(text, formatSmall(kld), flip)}
              tabIndex={index === reachable ? 0 : -1}
              style={{ "--kld": kld } as React.CSSProperties}
            >
              {text}
            </button>
          );
        })}
      </span>
    );
  },
  (before, now) => CHUNK_KEYS.every((key) => before[key] === now[key]),
);

interface Piece {
  readonly from: number;
  readonly to: number;
  /** Among the scored tokens; null for a run of tokens that were only read. */
  readonly index: number | null;
}

function piecesOf(scores: TokenScores, chunk: Chunk): Piece[] {
  const pieces: Piece[] = [];
  let { from } = chunk;
  for (let index = chunk.first; index < chunk.end; index++) {
    const place = scores.places[index] as number;
    if (place > from) pieces.push({ from, to: place, index: null });
    pieces.push({ from: place, to: place + 1, index });
    from = place + 1;
  }
  if (from < chunk.to) pieces.push({ from, to: chunk.to, index: null });
  return pieces;
}
