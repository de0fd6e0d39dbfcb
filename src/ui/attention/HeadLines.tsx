import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import type { TileAxis } from "../../shared/inspection";
import { unitAxis } from "../../store/rollUp";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { drawLines, LINE_HEIGHT } from "./drawLines";
import { ExportMenu } from "./export/ExportMenu";
import { linesFigure } from "./export/linesFigure";
import { showToken } from "./headWords";
import { useFigureWords } from "./useFigureWords";
import { usePalette } from "./usePalette";
import { useUnits } from "./useUnits";
import { useWidth } from "./useWidth";

/** Tokens, words or sentences on either side: more lines than these cannot be told apart. */
const MOST = 32;

interface HeadLinesProps {
  readonly name: string;
  readonly scale: WeightScale;
}

/** The head as lines: from each token on the left to what it looks at on the right, around the selected one. */
export function HeadLines(props: HeadLinesProps) {
  const { attention: words } = useStrings();
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.lines}</summary>
      {isOpen && <Lines {...props} />}
    </details>
  );
}

/** The stretch of text that holds one of them: it moves by halves, so that neighbours share it. */
function stretchAround(position: number, length: number): TileAxis {
  const start = Math.max(0, Math.min(length - MOST, Math.floor(position / (MOST / 2)) * (MOST / 2) - MOST / 2));
  return { start, step: 1, count: Math.min(MOST, length - start) };
}

function Lines({ name, scale }: HeadLinesProps) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const figureWords = useFigureWords();
  const kind = useApp((state) => state.unitKind);
  const { units, rolled } = useUnits();
  const heads = useApp((state) => state.attention.view?.heads ?? null);
  const readTile = useApp((state) => state.readAttentionTile);
  const position = rolled?.selected ?? 0;
  const axis = stretchAround(position, units.length);
  const [tile, setTile] = useState<{ readonly axis: TileAxis; readonly cells: Float32Array } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the axis is a new object that says the same
  useEffect(() => {
    if (heads === null || units.length === 0) return;
    let isOld = false;
    const read = kind === "token" ? axis : unitAxis(units, axis);
    void readTile({ heads, rows: read, keys: read, values: "pattern" }).then((data) => {
      if (!isOld && data !== null) setTile({ axis, cells: data.cells });
    });
    return () => {
      isOld = true;
    };
  }, [heads, units, readTile, axis.start, axis.count]);
  const middle = Math.max(80, Math.floor(width * 0.4));
  useLayoutEffect(() => {
    if (canvas.current === null || tile === null) return;
    const selected = position - tile.axis.start;
    const picture = { cells: tile.cells, count: tile.axis.count, selected, palette, scale, width: middle };
    drawLines(canvas.current, picture, devicePixelRatio);
  }, [tile, position, palette, scale, middle]);
  if (tile === null) return null;
  const { start, count } = tile.axis;
  const shown = Array.from({ length: count }, (_, i) => start + i);
  const text = (at: number): string => showToken(units[at]?.text ?? words.image);
  const startOf = (at: number): number => units[at]?.start ?? 0;
  const hint = words.linesHint(words.unitNames[kind], start, start + count - 1);
  return (
    <div ref={place} className="head-lines">
      <p className="hint">{hint}</p>
      <div className="head-lines-body">
        <ul aria-label={words.linesFrom}>
          {shown.map((at) => (
            <li key={at}>
              <button
                type="button"
                aria-pressed={at === position}
                onClick={() => store.getState().pinPosition(startOf(at))}
                onPointerEnter={() => store.getState().preview(startOf(at), null)}
                onPointerLeave={() => store.getState().preview(null, null)}
              >
                {text(at)}
              </button>
            </li>
          ))}
        </ul>
        <canvas
          ref={canvas}
          role="img"
          aria-label={words.linesName(name, text(position))}
          style={{ inlineSize: middle, blockSize: count * LINE_HEIGHT }}
        />
        <ul aria-label={words.linesTo}>
          {shown.map((at) => (
            <li key={at}>{text(at)}</li>
          ))}
        </ul>
      </div>
      <ExportMenu
        name={`${name} ${words.lines}`}
        label={words.save(words.lines)}
        make={async () => {
          const selected = position - start;
          const picture = { cells: tile.cells, count, selected, palette, scale, width: 320 };
          const tokens = shown.map((at) => units[at]?.text ?? null);
          return linesFigure({ ...figureWords(`${name}, ${words.lines}`, scale, hint), picture, start, tokens });
        }}
      />
    </div>
  );
}
