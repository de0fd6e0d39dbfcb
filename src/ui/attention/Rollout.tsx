import { memo, useEffect, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import type { TokenText } from "../../shared/nextToken";
import { formatPercent } from "../../shared/units";
import { topTokens } from "../../store/headView";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { type Palette, scaled } from "./colorScale";
import { ExportMenu } from "./export/ExportMenu";
import { tokensFigure } from "./export/tokensFigure";
import { showToken } from "./headWords";
import { TopTokens } from "./TopTokens";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

const TOP = 8;

/** Attention rollout of the selected token, through all layers and heads together. */
export function Rollout({ scale }: { scale: WeightScale }) {
  const { attention: words } = useStrings();
  const palette = usePalette();
  const position = useApp((state) => state.attention.view?.position ?? null);
  const texts = useApp((state) => state.attention.texts);
  const length = useApp((state) => state.attention.maps?.length ?? 0);
  const turnId = useApp((state) => state.attention.answer?.turnId);
  const readRollout = useApp((state) => state.readAttentionRollout);
  const figureWords = useFigureWords();
  const [shown, setShown] = useState<{ readonly position: number; readonly shares: Float32Array } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was seen is of another text
  useEffect(() => setShown(null), [turnId, length]);
  const look = async (): Promise<void> => {
    if (position === null) return;
    const shares = await readRollout(position);
    if (shares !== null) setShown({ position, shares });
  };
  const token = showToken(texts[shown?.position ?? -1]?.text ?? words.image);
  return (
    <section className="panel" aria-label={words.rollout}>
      <div className="panel-head">
        <h2 className="panel-title">{words.rollout}</h2>
        <button type="button" className="button button-quiet" disabled={position === null} onClick={() => void look()}>
          {words.rolloutShow}
        </button>
      </div>
      <p className="hint">{words.rolloutHint}</p>
      {shown !== null && (
        <>
          <h3 className="subtitle">{words.rolloutOf(token, shown.position)}</h3>
          <RolledTokens texts={texts} shares={shown.shares} palette={palette} scale={scale} />
          <TopTokens title={words.rolloutTop} tokens={topTokens(shown.shares, 0, TOP)} texts={texts} />
          <ExportMenu
            name={words.rolloutOf(token, shown.position)}
            label={words.save(words.rollout)}
            make={async () =>
              tokensFigure({
                ...figureWords(words.rolloutOf(token, shown.position), scale, words.rolloutHint),
                texts,
                weights: shown.shares,
                palette,
                scale,
              })
            }
          />
        </>
      )}
    </section>
  );
}

interface RolledTokensProps {
  readonly texts: readonly TokenText[];
  readonly shares: Float32Array;
  readonly palette: Palette;
  readonly scale: WeightScale;
}

const RolledTokens = memo(function RolledTokens({ texts, shares, palette, scale }: RolledTokensProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="token-strip" tabIndex={0} aria-label={useStrings().attention.rolloutTokens}>
      {texts.slice(0, shares.length).map((token, position) => {
        const share = shares[position] as number;
        const { background, text } = palette.color(scaled(share, scale));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: places are what tokens are here
          <span key={position} style={{ background, color: text }} title={formatPercent(share)}>
            {showToken(token.text)}
          </span>
        );
      })}
    </section>
  );
});
