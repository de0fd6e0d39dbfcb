import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { FIGURES, WEIGHT_SCALES } from "../../shared/attentionMap";
import { formatBytes, formatPercent, formatTokens } from "../../shared/units";
import { turnOf } from "../../store/conversation";
import type { HeadMaps } from "../../store/headMaps";
import { LABEL_THRESHOLDS } from "../../store/headMaps";
import { useApp } from "../appContext";
import { ErrorWords } from "../ErrorWords";
import { Panel } from "../panels/Panel";
import { useStrings } from "../strings/useStrings";
import { AblationSection } from "./AblationSection";
import "./attention.css";
import "./ablation.css";
import "./headRegion.css";
import "./logitLens.css";
import { Experiments } from "./Experiments";
import { ExportMenu } from "./export/ExportMenu";
import { gridFigure } from "./export/gridFigure";
import { type GridOrder, layOutHeads } from "./gridLayout";
import { HeadGrid } from "./HeadGrid";
import { HeadRegion } from "./HeadRegion";
import { LogitLens } from "./LogitLens";
import { Rollout } from "./Rollout";
import { ScaleLegend } from "./ScaleLegend";
import { TowerHeads } from "./TowerHeads";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";
import { ViewLink } from "./ViewLink";

/** While text streams, words about heads follow this often; pictures follow at once. */
const WORDS_MS = 1000;

/** Where every head of the open model looks in the text on the page. */
export default function AttentionPanel() {
  const { attention: words } = useStrings();
  const attention = useApp((state) => state.attention);
  const hasModel = useApp((state) => state.model !== null);
  // Heads of the chat before stand in the store until the first of this one are there.
  const isOfChat = useApp(
    ({ chat }) => attention.answer === null || turnOf(chat, attention.answer.turnId) !== undefined,
  );
  const { maps, status, error } = attention;
  return (
    <div className="attention">
      {maps !== null && maps.length > 0 && hasModel && isOfChat ? (
        <Heads maps={maps} />
      ) : (
        <p className="attention-state" role={status === "error" ? "alert" : "status"}>
          {status === "error" && error !== null && <ErrorWords error={error} />}
          {status === "waiting" && words.waiting}
          {status === "starting" && words.starting}
          {(status === "off" || status === "ready") && words.empty}
        </p>
      )}
    </div>
  );
}

function Heads({ maps }: { maps: HeadMaps }) {
  const { attention: words } = useStrings();
  const spec = useApp((state) => state.model?.report.spec ?? null);
  const { sortBy, filter, scale, dimsFirst } = useApp((state) => state.attentionDisplay);
  const show = useApp((state) => state.showAttention);
  const settled = useDeferredValue(useSettled(maps));
  const isByLayer = sortBy === null && filter === null;
  const ordered = isByLayer ? null : settled;
  const layout = useMemo(
    () => (spec === null ? null : layOutHeads(spec, ordered, { sortBy, filter })),
    [spec, ordered, sortBy, filter],
  );
  const palette = usePalette();
  const figureWords = useFigureWords();
  if (layout === null) return null;
  const heads = layout.rows.flat();
  const gridSettings = [
    `${words.sortBy}: ${sortBy === null ? words.byLayer : words.figures[sortBy]}.`,
    filter === null ? "" : `${words.filterBy} ${words.figures[filter.figure]} ${words.atLeast} ${filter.atLeast}.`,
    dimsFirst ? `${words.dimFirst}.` : "",
    `${words.covers(formatTokens(maps.length), formatTokens(maps.tokensPerCell))}.`,
  ].join(" ");
  return (
    <>
      <Panel title={words.grid}>
        <p className="hint">
          {words.covers(formatTokens(maps.length), formatTokens(maps.tokensPerCell))}
          {layout.gaps > 0 && `. ${words.grouped}`}
        </p>
        <div className="attention-controls">
          <Choice
            label={words.sortBy}
            value={sortBy}
            options={[[null, words.byLayer], ...FIGURES.map((name) => [name, words.figures[name]] as const)]}
            onChange={(figure) => show({ sortBy: figure })}
          />
          <Filter filter={filter} onChange={(chosen) => show({ filter: chosen })} />
          <Choice
            label={words.scale}
            value={scale}
            options={WEIGHT_SCALES.map((name) => [name, words.scales[name]] as const)}
            onChange={(value) => show({ scale: value ?? "sqrt" })}
          />
          <label className="attention-check" title={words.dimHint}>
            <input
              type="checkbox"
              checked={dimsFirst}
              onChange={(event) => show({ dimsFirst: event.target.checked })}
            />
            {words.dimFirst}
          </label>
        </div>
        {filter !== null && (
          <p className="hint" role="status">
            {words.matching(heads.filter(({ isMatch }) => isMatch).length, heads.length)}
          </p>
        )}
        <HeadGrid
          maps={maps}
          settled={settled}
          layout={layout}
          scale={scale}
          dimsFirst={dimsFirst}
          hasLayers={sortBy === null}
        />
        <ScaleLegend scale={scale} most={1} />
        <p className="hint">
          {words.thresholds(formatPercent(LABEL_THRESHOLDS.first), formatPercent(LABEL_THRESHOLDS.induction))}
          {/* A recording costs nothing. */}
          {maps.gpuBytes > 0 && ` ${words.costs(formatBytes(maps.gpuBytes))}`}
        </p>
        <ExportMenu
          name={words.grid}
          label={words.save(words.grid)}
          make={() =>
            gridFigure({
              ...figureWords(words.grid, scale, gridSettings),
              maps,
              layout,
              palette,
              scale,
              dimsFirst,
              isByLayer: sortBy === null,
              layerName: words.layer,
              headName: words.headOf,
            })
          }
        />
        <ViewLink />
      </Panel>
      <HeadRegion scale={scale} dimsFirst={dimsFirst} />
      <TowerHeads scale={scale} />
      <AblationSection />
      <LogitLens scale={scale} />
      <Rollout scale={scale} />
      <Experiments />
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T | null;
  readonly options: readonly (readonly [T | null, string])[];
  readonly onChange: (value: T | null) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label className="attention-choice">
      <span>{label}</span>
      <select
        value={value ?? ""}
        onChange={(event) => onChange(options.find(([known]) => (known ?? "") === event.target.value)?.[0] ?? null)}
      >
        {options.map(([known, text]) => (
          <option key={known ?? ""} value={known ?? ""}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Shares are asked for in percent, the others in their own unit. */
function Filter({
  filter,
  onChange,
}: {
  filter: GridOrder["filter"];
  onChange: (filter: GridOrder["filter"]) => void;
}) {
  const { attention: words } = useStrings();
  const isShare = filter !== null && filter.figure !== "entropy" && filter.figure !== "distance";
  const unit = isShare ? 100 : 1;
  return (
    <>
      <Choice
        label={words.filterBy}
        value={filter?.figure ?? null}
        options={[[null, words.noFilter], ...FIGURES.map((name) => [name, words.figures[name]] as const)]}
        onChange={(figure) =>
          onChange(figure && { figure, atLeast: figure === "entropy" || figure === "distance" ? 2 : 0.5 })
        }
      />
      {filter !== null && (
        <label className="attention-choice">
          <span>
            {words.atLeast}
            {isShare && ", %"}
          </span>
          <input
            type="number"
            min={0}
            max={isShare ? 100 : undefined}
            step={isShare ? 5 : 0.5}
            value={Math.round(filter.atLeast * unit * 10) / 10}
            onChange={(event) => {
              const value = event.target.valueAsNumber;
              if (Number.isFinite(value)) onChange({ ...filter, atLeast: value / unit });
            }}
          />
        </label>
      )}
    </>
  );
}

/** The latest maps, or while text streams those of the last second. */
function useSettled(maps: HeadMaps): HeadMaps {
  const isStreaming = useApp((state) => state.streaming !== null);
  const [settled, setSettled] = useState(maps);
  const setAt = useRef(0);
  useEffect(() => {
    const rest = isStreaming ? Math.max(0, setAt.current + WORDS_MS - performance.now()) : 0;
    const timer = setTimeout(() => {
      setAt.current = performance.now();
      setSettled(maps);
    }, rest);
    return () => clearTimeout(timer);
  }, [maps, isStreaming]);
  // Of another text nothing old may be told.
  return settled.figures.length === maps.figures.length && maps.length >= settled.length ? settled : maps;
}
