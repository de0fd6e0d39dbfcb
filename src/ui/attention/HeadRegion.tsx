import { useId, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import { formatPercent, formatTokens } from "../../shared/units";
import { shownHeads } from "../../store/attentionSlice";
import { labelOf } from "../../store/headMaps";
import { topTokens } from "../../store/headView";
import { isSameHead } from "../../store/selectionSlice";
import { useApp, useAppStore } from "../appContext";
import { NumberHead } from "../panels/NumberHead";
import { useStrings } from "../strings/useStrings";
import { AttentionMatrix } from "./AttentionMatrix";
import { ExportMenu } from "./export/ExportMenu";
import { headFigure } from "./export/headFigure";
import { HeadLines } from "./HeadLines";
import { figureWords, showToken } from "./headWords";
import { ImageAttention } from "./ImageAttention";
import { tileAxis } from "./matrixArea";
import { QueryKey } from "./QueryKey";
import { TokenStrip } from "./TokenStrip";
import { TopTokens } from "./TopTokens";
import { UnitChoice } from "./UnitChoice";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";
import { useUnits } from "./useUnits";

const TOP = 8;

/** One head, or the mean of those that were chosen: what the selected token looks at, and who looks at it. */
export function HeadRegion({ scale, dimsFirst }: { scale: WeightScale; dimsFirst: boolean }) {
  const { attention: words } = useStrings();
  const id = useId();
  const { view, maps } = useApp((state) => state.attention);
  const { units, rolled } = useUnits();
  if (view === null || maps === null || rolled === null) return null;
  const [only] = view.heads;
  const figures = view.heads.length === 1 && only !== undefined ? maps.figures[only.layer]?.[only.head] : undefined;
  const token = showToken(units[rolled.selected]?.text ?? words.image);
  const name = view.heads.length > 1 ? words.meanOf(view.heads.length) : words.cell(only?.layer ?? 0, only?.head ?? 0);
  return (
    <section className="panel head-region" aria-label={words.head}>
      <div className="panel-head">
        <h2 id={id} className="panel-title">
          {name}
        </h2>
        <HeadActions />
      </div>
      {/* Of a single token nothing can be said. */}
      {figures !== undefined && figures.first !== null && (
        <p className="head-figures">
          <strong>{words.sink(formatPercent(figures.first))}</strong> {figureWords(words, figures).slice(1).join(", ")};{" "}
          {words.labels[labelOf(figures)]}.
        </p>
      )}
      <UnitChoice />
      <p className="hint">{words.stripHint}</p>
      <TokenStrip units={units} rolled={rolled} scale={scale} dimsFirst={dimsFirst} />
      <div className="head-lists">
        <TopTokens title={words.looksAt(token)} tokens={topTokens(rolled.looksAt, 0, TOP)} texts={units} />
        <TopTokens
          title={words.lookedAtBy(token)}
          tokens={topTokens(rolled.lookedAtBy, rolled.selected, TOP)}
          texts={units}
        />
      </div>
      <ImageAttention scale={scale} />
      <AllWeights />
      <HeadLines name={name} scale={scale} />
      <AttentionMatrix name={name} scale={scale} dimsFirst={dimsFirst} />
      {view.heads.length === 1 && <QueryKey name={name} />}
      <ExportHead name={name} scale={scale} dimsFirst={dimsFirst} />
    </section>
  );
}

function ExportHead({ name, scale, dimsFirst }: { name: string; scale: WeightScale; dimsFirst: boolean }) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const palette = usePalette();
  const inWords = useFigureWords();
  return (
    <ExportMenu
      name={`attention ${name}`}
      make={async () => {
        const { attention, readAttentionTile } = store.getState();
        const { view, texts } = attention;
        if (view === null) return null;
        const axis = tileAxis(0, view.length, view.length);
        const data = await readAttentionTile({ heads: view.heads, rows: axis, keys: axis, values: "pattern" });
        if (data === null) return null;
        const covered = `${words.covers(formatTokens(view.length), formatTokens(axis.step))}.`;
        const dimmed = dimsFirst ? ` ${words.dimFirst}.` : "";
        return headFigure({
          ...inWords(name, scale, covered + dimmed),
          maskedWord: words.hatched(words.legendMasked),
          view,
          texts,
          tile: { cells: data.cells, rows: axis, keys: axis, palette, scale, dimsFirst },
        });
      }}
    />
  );
}

function HeadActions() {
  const { attention: words } = useStrings();
  const heads = useApp(shownHeadsKey);
  const [layer = 0, head = 0] = heads.split(".").map(Number);
  const place = { layer, head };
  const isMean = useApp((state) => state.meanHeads.length > 1);
  const isChosen = useApp((state) => state.meanHeads.some((known) => isSameHead(known, place)));
  const isAblated = useApp((state) => state.headFactors.some((known) => isSameHead(known, place)));
  const toggleMean = useApp((state) => state.toggleMeanHead);
  const clearMean = useApp((state) => state.clearMeanHeads);
  const toggleAblated = useApp((state) => state.toggleAblated);
  if (isMean) {
    return (
      <button type="button" className="button button-quiet" onClick={clearMean}>
        {words.clearMean}
      </button>
    );
  }
  return (
    <div className="head-actions">
      <button type="button" className="button button-quiet" aria-pressed={isChosen} onClick={() => toggleMean(place)}>
        {isChosen ? words.removeFromMean : words.addToMean}
      </button>
      <button type="button" className="button button-quiet" onClick={() => toggleAblated([place])}>
        {isAblated ? words.restore : words.ablate}
      </button>
    </div>
  );
}

function shownHeadsKey(state: Parameters<typeof shownHeads>[0]): string {
  const [first] = shownHeads(state);
  return `${first?.layer ?? 0}.${first?.head ?? 0}`;
}

/** The table behind the picture: every weight of the selected token's row. */
function AllWeights() {
  const { attention: words } = useStrings();
  const [isOpen, setOpen] = useState(false);
  const { view, texts } = useApp((state) => state.attention);
  if (view === null) return null;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.allWeights}</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <section className="head-table" tabIndex={0} aria-label={words.allWeights}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.position}</th>
                <th scope="col">{words.token}</th>
                <NumberHead>{words.weight}</NumberHead>
              </tr>
            </thead>
            <tbody>
              {Array.from(view.looksAt, (weight, position) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: places are what rows are
                <tr key={position}>
                  <td>{position}</td>
                  <td className="mono">{showToken(texts[position]?.text ?? words.image)}</td>
                  <td className="number">{Number.isNaN(weight) ? words.legendMasked : formatPercent(weight)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
