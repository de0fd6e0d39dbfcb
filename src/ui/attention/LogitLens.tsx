import { useEffect, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import type { LensReport } from "../../shared/inspection";
import { formatNumber, formatPercent } from "../../shared/units";
import { useApp } from "../appContext";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";
import { ExportMenu } from "./export/ExportMenu";
import { lensFigure } from "./export/lensFigure";
import { showToken } from "./headWords";
import { LensGrid } from "./LensGrid";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";

/** Tokens named for each layer. */
const TOP = 3;

/** What the residual stream would say after every layer, at the selected token. */
export function LogitLens({ scale }: { scale: WeightScale }) {
  const { attention: words } = useStrings();
  const position = useApp((state) => state.attention.view?.position ?? null);
  const text = useApp((state) => state.attention.texts[state.attention.view?.position ?? -1]?.text);
  const epoch = useApp((state) => state.attention.answer?.turnId);
  const readLens = useApp((state) => state.readAttentionLens);
  const isStreaming = useApp((state) => state.streaming !== null);
  const palette = usePalette();
  const figureWords = useFigureWords();
  const [lens, setLens] = useState<LensReport | null>(null);
  const [isBusy, setBusy] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was seen is of another text
  useEffect(() => setLens(null), [epoch]);
  const look = async (): Promise<void> => {
    if (position === null) return;
    setBusy(true);
    setLens(await readLens(position, TOP));
    setBusy(false);
  };
  return (
    <section className="panel" aria-label={words.lens}>
      <div className="panel-head">
        <h2 className="panel-title">{words.lens}</h2>
        <button
          type="button"
          className="button button-quiet"
          disabled={isBusy || isStreaming || position === null}
          onClick={() => void look()}
        >
          {isBusy ? words.lensBusy : words.lensShow}
        </button>
      </div>
      <p className="hint">{words.lensHint}</p>
      {lens !== null && lens.position === position && (
        <>
          <h3 className="subtitle">{words.lensAfter(showToken(text ?? words.image))}</h3>
          <LensTable lens={lens} />
          <ExportMenu
            name={words.lens}
            make={async () =>
              lensFigure(lens, palette, {
                ...figureWords(
                  `${words.lens}: ${words.lensAfter(showToken(text ?? words.image))}`,
                  null,
                  words.lensHint,
                ),
                stageName: (stage) => (stage === 0 ? words.lensEmbedding : words.layer(stage - 1)),
              })
            }
          />
        </>
      )}
      <LensGrid scale={scale} />
    </section>
  );
}

function LensTable({ lens }: { lens: LensReport }) {
  const { attention: words } = useStrings();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="head-table lens-table" aria-label={`${words.lens}: ${words.lensTop}`} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.lensLayer}</th>
            <th scope="col">{words.lensTop}</th>
            <NumberHead>{words.figures.entropy}</NumberHead>
            {lens.followed.map((token) => (
              <th key={token.id} scope="col" className="mono number">
                {showToken(token.text)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lens.layers.map(({ top, entropyBits, followed }, layer) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: layers are their places
            <tr key={layer} aria-current={layer === lens.layers.length - 1 || undefined}>
              <th scope="row">{layer === 0 ? words.lensEmbedding : words.layer(layer - 1)}</th>
              <td className="mono">
                {top.map(({ token, probability }) => (
                  <span key={token.id} className="lens-token">
                    {showToken(token.text)} <span className="muted">{formatPercent(probability)}</span>
                  </span>
                ))}
              </td>
              <td className="number">{formatNumber(entropyBits)}</td>
              {followed.map(({ probability }, i) => (
                <td key={lens.followed[i]?.id} className="number">
                  {formatPercent(probability)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">{words.lensLast}</p>
    </section>
  );
}
