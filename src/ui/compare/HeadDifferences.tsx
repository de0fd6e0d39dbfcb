import { type KeyboardEvent, useRef, useState } from "react";
import type { HeadDifference } from "../../shared/comparison";
import type { HeadId } from "../../shared/inspection";
import { formatTokens } from "../../shared/units";
import type { InsideResult } from "../../store/compareSlice";
import { isSameHead, pinnedHead } from "../../store/selectionSlice";
import { useApp } from "../appContext";
import type { Palette } from "../attention/colorScale";
import { usePalette } from "../attention/usePalette";
import { SelectField } from "../panels/SelectField";
import { useStrings } from "../strings/useStrings";
import { createDivergingPalette, divergingShare } from "./divergingPalette";
import { formatSmall } from "./formatStatistic";
import { HeadSides } from "./HeadSides";
import { changeWords, HEAD_MEASURES, type HeadMeasure, inUnits, measureOf } from "./headMeasures";
import "./heads.css";

/** What a level changes in each head's attention, and both of a head's patterns on either side. */
export function HeadDifferences({ inside }: { inside: InsideResult }) {
  const strings = useStrings();
  const words = strings.compare.heads;
  const palette = usePalette(createDivergingPalette);
  const [measure, setMeasure] = useState<HeadMeasure>("variation");
  const [shown, setShown] = useState<HeadId | null>(null);
  const pinned = useApp((state) => pinnedHead(state));
  const { heads, headTokens } = inside;
  const of = (head: HeadId | null): HeadDifference | undefined =>
    head === null ? undefined : heads[head.layer]?.[head.head];
  const values = heads.flat().map((head) => Math.abs(measureOf(head, measure) ?? 0));
  const range = Math.max(...values);
  const [told, chosen] = [of(shown) ?? of(pinned), of(pinned)];
  const toldAt = of(shown) === undefined ? pinned : shown;
  return (
    <section className="head-differences" aria-label={words.title}>
      <h3 className="subtitle">{words.title}</h3>
      <p className="hint">{words.hint(formatTokens(headTokens))}</p>
      <SelectField
        label={words.measure}
        hint={words.formulas[measure]}
        value={measure}
        options={HEAD_MEASURES.map((name) => [name, words.measures[name]] as const)}
        onChange={setMeasure}
      />
      <DifferenceGrid heads={heads} measure={measure} range={range} palette={palette} onShow={setShown} />
      <Legend measure={measure} range={range} palette={palette} />
      <p className="head-told" aria-hidden="true">
        {told === undefined || toldAt === null
          ? words.choose
          : `${strings.attention.cell(toldAt.layer, toldAt.head)}: ${headWords(told, measure, strings)}`}
      </p>
      {chosen !== undefined && pinned !== null && (
        <HeadSides contender={inside.contender} head={pinned} difference={chosen} tokens={headTokens} />
      )}
    </section>
  );
}

function headWords(difference: HeadDifference, measure: HeadMeasure, strings: ReturnType<typeof useStrings>): string {
  const { measures } = strings.compare.heads;
  const one = `${measures[measure]} ${changeWords(measureOf(difference, measure), measure, strings)}`;
  if (measure === "variation") return one;
  return `${one}, ${measures.variation} ${changeWords(difference.variation.value, "variation", strings)}`;
}

interface GridProps {
  readonly heads: readonly (readonly HeadDifference[])[];
  readonly measure: HeadMeasure;
  readonly range: number;
  readonly palette: Palette;
  readonly onShow: (head: HeadId | null) => void;
}

/** A row is a layer; columns are grouped by kv head. */
function DifferenceGrid({ heads, measure, range, palette, onShow }: GridProps) {
  const strings = useStrings();
  const { attention } = strings;
  const pinned = useApp((state) => pinnedHead(state));
  const pinHead = useApp((state) => state.pinHead);
  const blocks = useApp((state) => state.model?.report.spec.blocks);
  const [focused, setFocused] = useState<HeadId>(pinned ?? { layer: 0, head: 0 });
  const grid = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent, { layer, head }: HeadId): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = (heads[layer]?.length ?? 1) - 1;
    const moves: Record<string, HeadId> = {
      ArrowLeft: { layer, head: head - 1 },
      ArrowRight: { layer, head: head + 1 },
      ArrowUp: { layer: layer - 1, head },
      PageUp: { layer: layer - 1, head },
      ArrowDown: { layer: layer + 1, head },
      PageDown: { layer: layer + 1, head },
      Home: { layer, head: 0 },
      End: { layer, head: last },
    };
    const to = moves[event.key];
    if (to === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (to === undefined) pinHead({ layer, head });
    else grid.current?.querySelector<HTMLElement>(`[data-head="${to.layer}.${to.head}"]`)?.focus();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: cells are colours, not text
    <div
      ref={grid}
      role="grid"
      aria-label={strings.compare.heads.title}
      className="difference-grid"
      tabIndex={-1}
      onPointerLeave={() => onShow(null)}
    >
      {heads.map((row, layer) => {
        const { numHeads = 1, numKvHeads = 1 } = blocks?.[layer]?.attention ?? {};
        const group = numHeads / numKvHeads;
        return (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: its cells are
          // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its place
          <div key={layer} role="row" className="difference-row">
            {/* biome-ignore lint/a11y/useSemanticElements: as above */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
            <div role="rowheader" className="difference-layer">
              {attention.layer(layer)}
            </div>
            {row.map((difference, head) => {
              const place = { layer, head };
              const value = measureOf(difference, measure);
              return (
                // biome-ignore lint/a11y/useSemanticElements: as above
                <div
                  // biome-ignore lint/suspicious/noArrayIndexKey: a head is its place
                  key={head}
                  role="gridcell"
                  className="difference-cell"
                  data-head={`${layer}.${head}`}
                  data-group={(group > 1 && head > 0 && head % group === 0) || undefined}
                  data-unknown={value === null || undefined}
                  aria-label={attention.cell(layer, head)}
                  aria-description={headWords(difference, measure, strings)}
                  aria-selected={isSameHead(pinned, place)}
                  tabIndex={isSameHead(focused, place) ? 0 : -1}
                  style={{ background: palette.color(divergingShare(value ?? 0, range)).background }}
                  onPointerEnter={() => onShow(place)}
                  onFocus={() => {
                    setFocused(place);
                    onShow(place);
                  }}
                  onBlur={() => onShow(null)}
                  onClick={() => pinHead(place)}
                  onKeyDown={(event) => onKeyDown(event, place)}
                />
              );
            })}
          </div>
        );
      })}
    </div>
  );
}

interface LegendProps {
  readonly measure: HeadMeasure;
  readonly range: number;
  readonly palette: Palette;
}

function Legend({ measure, range, palette }: LegendProps) {
  const { compare } = useStrings();
  const from = measure === "variation" ? 0.5 : 0;
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => palette.color(from + share * (1 - from)).background);
  const end = formatSmall(inUnits(range, measure));
  const { points, bits, tokens, percent } = compare.heads.units;
  const unit = { variation: percent, entropy: bits, distance: tokens }[measure as string] ?? points;
  return (
    <div className="difference-legend" aria-hidden="true">
      <span>{measure === "variation" ? "0" : `−${end}`}</span>
      <span className="difference-scale" style={{ background: `linear-gradient(to right, ${stops.join(", ")})` }} />
      <span>{unit(measure === "variation" ? end : `+${end}`)}</span>
    </div>
  );
}
