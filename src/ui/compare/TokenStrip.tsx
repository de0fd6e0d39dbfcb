import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from "react";
import type { TokenScores } from "../../shared/comparison";
import type { TokenText } from "../../shared/nextToken";
import { useStrings } from "../strings/useStrings";
import { formatSmall } from "./formatStatistic";
import { shownToken } from "./shownToken";

interface TokenStripProps {
  readonly tokens: readonly TokenText[];
  readonly scores: TokenScores;
  /** Among the scored tokens. */
  readonly selected: number | null;
  readonly onSelect: (index: number) => void;
}

export function isFlip(scores: TokenScores, index: number): boolean {
  return scores.topReference[index] !== scores.topLevel[index];
}

/** The text: scored tokens carry a bar of their KLD, and a mark where the most likely token differs. */
export function TokenStrip({ tokens, scores, selected, onSelect }: TokenStripProps) {
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
        onKeyDown={move}
        onClick={(event) => {
          const index = (event.target as HTMLElement).dataset.scored;
          if (index !== undefined) onSelect(Number(index));
        }}
      >
        <StripTokens tokens={tokens} scores={scores} selected={selected} />
      </div>
    </>
  );
}

const StripTokens = memo(function StripTokens({ tokens, scores, selected }: Omit<TokenStripProps, "onSelect">) {
  const { compare } = useStrings();
  const pieces = useMemo(() => piecesOf(tokens, scores), [tokens, scores]);
  const full = useMemo(() => highPercentile(scores.kld), [scores]);
  return pieces.map(({ from, to, index }) => {
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
        tabIndex={index === (selected ?? 0) ? 0 : -1}
        style={{ "--kld": Math.min(1, kld / full) } as React.CSSProperties}
      >
        {text}
      </button>
    );
  });
});

interface Piece {
  readonly from: number;
  readonly to: number;
  /** Among the scored tokens; null for a run of tokens that were only read. */
  readonly index: number | null;
}

function piecesOf(tokens: readonly TokenText[], scores: TokenScores): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const [index, place] of scores.places.entries()) {
    if (place > from) pieces.push({ from, to: place, index: null });
    pieces.push({ from: place, to: place + 1, index });
    from = place + 1;
  }
  if (from < tokens.length) pieces.push({ from, to: tokens.length, index: null });
  return pieces;
}

/** Bars are full from the 98th percentile on, so that one outlier does not flatten the rest. */
function highPercentile(kld: Float32Array): number {
  const sorted = kld.slice().sort();
  return Math.max(1e-6, sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0);
}
