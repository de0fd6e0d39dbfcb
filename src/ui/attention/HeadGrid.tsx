import {
  type KeyboardEvent,
  memo,
  type PointerEvent,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { WeightScale } from "../../shared/attentionMap";
import type { HeadId } from "../../shared/inspection";
import type { HeadMaps } from "../../store/headMaps";
import { labelOf } from "../../store/headMaps";
import { isSameHead, pinnedHead } from "../../store/selectionSlice";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { drawGrid, type GridMetrics, gridSize } from "./drawGrid";
import type { GridCell, GridLayout } from "./gridLayout";
import { figureWords } from "./headWords";
import { usePalette } from "./usePalette";
import { useWidth } from "./useWidth";

interface HeadGridProps {
  readonly maps: HeadMaps;
  /** Of these the cells' descriptions tell: a moment old while text streams. */
  readonly settled: HeadMaps;
  readonly layout: GridLayout;
  readonly scale: WeightScale;
  readonly dimsFirst: boolean;
  /** Rows are layers, and carry their number. */
  readonly hasLayers: boolean;
}

const CELL = { min: 24, max: 64 };
const SPACE = 3;
const GAP = 6;
const GUTTER = 32;

function metricsFor({ columns, gaps }: GridLayout, width: number): GridMetrics {
  const free = width - GUTTER - gaps * GAP + SPACE;
  return { cell: Math.max(CELL.min, Math.min(CELL.max, Math.floor(free / columns) - SPACE)), space: SPACE, gap: GAP };
}

/** Every head as a small picture of where it looks: one canvas, with cells over it for pointer, keys and readers. */
export function HeadGrid({ maps, settled, layout, scale, dimsFirst, hasLayers }: HeadGridProps) {
  const { attention: words } = useStrings();
  const palette = usePalette();
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(place);
  const metrics = useMemo(() => metricsFor(layout, width), [layout, width]);
  const size = gridSize(layout, metrics);
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    drawGrid(canvas.current, { maps, layout, metrics, palette, scale, dimsFirst }, devicePixelRatio);
  }, [maps, layout, metrics, palette, scale, dimsFirst]);
  return (
    <div ref={place} className="head-grid">
      <div className="head-grid-body" style={{ blockSize: size.height, inlineSize: size.width + GUTTER }}>
        <canvas ref={canvas} style={{ insetInlineStart: GUTTER, inlineSize: size.width, blockSize: size.height }} />
        <GridCells name={words.grid} layout={layout} metrics={metrics} maps={settled} hasLayers={hasLayers} />
      </div>
    </div>
  );
}

interface GridCellsProps {
  readonly name: string;
  readonly layout: GridLayout;
  readonly metrics: GridMetrics;
  readonly maps: HeadMaps;
  readonly hasLayers: boolean;
}

function headUnder(target: EventTarget): HeadId | null {
  const text = target instanceof HTMLElement ? target.dataset.head : undefined;
  const [layer, head] = text?.split(".").map(Number) ?? [];
  return layer === undefined || head === undefined ? null : { layer, head };
}

const GridCells = memo(function GridCells({ name, layout, metrics, maps, hasLayers }: GridCellsProps) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const pinned = useApp((state) => pinnedHead(state));
  const meanHeads = useApp((state) => state.meanHeads);
  const [focused, setFocused] = useState<HeadId>({ layer: 0, head: 0 });
  const grid = useRef<HTMLDivElement>(null);
  const shown = useRef<HeadId | null>(null);

  const preview = useCallback(
    (head: HeadId | null): void => {
      if (isSameHead(shown.current, head)) return;
      shown.current = head;
      store.getState().preview(null, head);
    },
    [store],
  );
  const pin = (head: HeadId): void => {
    store.getState().pinHead(head);
    store.getState().refreshAttention();
  };
  const moveTo = (cell: GridCell | undefined): void => {
    if (cell === undefined) return;
    grid.current?.querySelector<HTMLElement>(`[data-head="${cell.layer}.${cell.head}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const head = headUnder(event.target);
    const cell = layout.rows.flat().find((known) => isSameHead(known, head));
    if (cell === undefined || head === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = layout.rows[cell.row] ?? [];
    const inLayer = (layer: number): GridCell | undefined =>
      layout.rows.flat().find((known) => known.layer === layer && known.head === head.head);
    const moves: Record<string, () => void> = {
      ArrowLeft: () => moveTo(row[cell.column - 1]),
      ArrowRight: () => moveTo(row[cell.column + 1]),
      ArrowUp: () => moveTo(layout.rows[cell.row - 1]?.[cell.column]),
      ArrowDown: () => moveTo(layout.rows[cell.row + 1]?.[cell.column]),
      Home: () => moveTo(row[0]),
      End: () => moveTo(row.at(-1)),
      PageUp: () => moveTo(inLayer(head.layer - 1)),
      PageDown: () => moveTo(inLayer(head.layer + 1)),
      Enter: () => pin(head),
      " ": () => store.getState().toggleMeanHead(head),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot lie over a canvas
    <div
      ref={grid}
      role="grid"
      aria-label={name}
      data-tokens={maps.length}
      aria-rowcount={layout.rows.length}
      aria-colcount={layout.columns}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onPointerMove={(event: PointerEvent) => preview(headUnder(event.target))}
      onPointerLeave={() => preview(null)}
      onBlur={() => preview(null)}
    >
      {layout.rows.map((row, index) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        // biome-ignore lint/a11y/useFocusableInteractive: its cells are
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
        <div key={index} role="row" aria-rowindex={index + 1}>
          {hasLayers && (
            // biome-ignore lint/a11y/useSemanticElements: as above
            // biome-ignore lint/a11y/useFocusableInteractive: as above
            <div
              role="rowheader"
              className="head-grid-layer"
              style={{ insetBlockStart: index * (metrics.cell + metrics.space), blockSize: metrics.cell }}
            >
              {words.layer(index)}
            </div>
          )}
          {row.map((cell) => {
            const figures = maps.figures[cell.layer]?.[cell.head];
            const description = figures === undefined ? "" : figureWords(words, figures).join(", ");
            const label = figures === undefined ? "" : `; ${words.labels[labelOf(figures)]}`;
            return (
              // biome-ignore lint/a11y/useSemanticElements: as above
              <div
                key={`${cell.layer}.${cell.head}`}
                role="gridcell"
                className="head-cell"
                data-head={`${cell.layer}.${cell.head}`}
                aria-label={words.cell(cell.layer, cell.head)}
                aria-description={`${description}${label}${cell.isMatch ? "" : `; ${words.leftOut}`}`}
                aria-colindex={cell.column + 1}
                aria-selected={isSameHead(pinned, cell)}
                data-chosen={meanHeads.some((head) => isSameHead(head, cell)) || undefined}
                tabIndex={isSameHead(focused, cell) ? 0 : -1}
                style={{
                  insetInlineStart: GUTTER + cell.column * (metrics.cell + metrics.space) + cell.gaps * metrics.gap,
                  insetBlockStart: cell.row * (metrics.cell + metrics.space),
                  inlineSize: metrics.cell,
                  blockSize: metrics.cell,
                }}
                onFocus={() => {
                  setFocused({ layer: cell.layer, head: cell.head });
                  preview({ layer: cell.layer, head: cell.head });
                }}
                onClick={(event) =>
                  event.shiftKey || event.ctrlKey || event.metaKey
                    ? store.getState().toggleMeanHead({ layer: cell.layer, head: cell.head })
                    : pin({ layer: cell.layer, head: cell.head })
                }
                onKeyDown={undefined}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
});
