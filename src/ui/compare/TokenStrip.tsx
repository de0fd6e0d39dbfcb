import { type KeyboardEvent, memo, useEffect, useRef } from "react";
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
        {chunksOf(tokens.length, scores.places).map((chunk) => (
          <StripChunk
            key={chunk.from}
            tokens={tokens}
            scores={scores}
            {...chunk}
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

/** Tokens drawn anew together while windows arrive. */
const CHUNK = 256;

interface Chunk {
  readonly from: number;
  readonly to: number;
  /** Scored tokens among them. */
  readonly first: number;
  readonly end: number;
}

/** The text cut into equal parts, each with its share of the scored tokens, which are in the order of the text. */
function chunksOf(count: number, places: Uint32Array): Chunk[] {
  const chunks: Chunk[] = [];
  let first = 0;
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK);
    let end = first;
    while (end < places.length && (places[end] as number) < to) end++;
    chunks.push({ from, to, first, end });
    first = end;
  }
  return chunks;
}

interface ChunkProps extends Chunk {
  readonly tokens: readonly TokenText[];
  readonly scores: TokenScores;
  /** Null where it is in another chunk. */
  readonly selected: number | null;
  /** The one token that Tab reaches. */
  readonly reachable: number | null;
}

const CHUNK_KEYS = ["tokens", "from", "to", "first", "end", "selected", "reachable"] as const;

/** What was scored stays as it was when more arrives: scores themselves need no comparison. */
const StripChunk = memo(
  function StripChunk({ tokens, scores, from, to, first, end, selected, reachable }: ChunkProps) {
    const { compare } = useStrings();
    const pieces = piecesOf(scores, { from, to, first, end });
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
