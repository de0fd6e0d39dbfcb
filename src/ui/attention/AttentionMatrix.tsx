import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import type { TileAxis } from "../../shared/inspection";
import { unitAxis } from "../../store/rollUp";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { drawTile, type TilePicture } from "./drawTile";
import { type MatrixArea, moveArea, tileAxis, wholeArea, zoomArea } from "./matrixArea";
import { usePalette } from "./usePalette";
import { useUnits } from "./useUnits";

interface AttentionMatrixProps {
  readonly name: string;
  readonly scale: WeightScale;
  readonly dimsFirst: boolean;
}

/** The head's whole pattern: rows look at columns. Only what is on the picture is computed. */
export function AttentionMatrix({ name, scale, dimsFirst }: AttentionMatrixProps) {
  const { attention: words } = useStrings();
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.matrix}</summary>
      {isOpen && <Matrix name={name} scale={scale} dimsFirst={dimsFirst} />}
    </details>
  );
}

function Matrix({ name, scale, dimsFirst }: AttentionMatrixProps) {
  const { attention: words } = useStrings();
  const kind = useApp((state) => state.unitKind);
  const { units } = useUnits();
  const length = units.length;
  const heads = useApp((state) => state.attention.view?.heads ?? null);
  const readTile = useApp((state) => state.readAttentionTile);
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  const dragged = useRef<{ x: number; y: number; area: MatrixArea } | null>(null);
  const [wanted, setArea] = useState<MatrixArea | null>(null);
  const read = (axis: TileAxis): TileAxis => (kind === "token" ? axis : unitAxis(units, axis));
  const [tile, setTile] = useState<Omit<TilePicture, "palette" | "scale" | "dimsFirst"> | null>(null);
  const area = wanted ?? wholeArea(length);
  const [rows, keys] = [tileAxis(area.row, area.size, length), tileAxis(area.key, area.size, length)];

  // biome-ignore lint/correctness/useExhaustiveDependencies: axes are new objects that say the same
  useEffect(() => {
    if (heads === null || length === 0) return;
    let isOld = false;
    void readTile({ heads, rows: read(rows), keys: read(keys), values: "pattern" }).then((data) => {
      if (!isOld && data !== null) setTile({ cells: data.cells, rows, keys });
    });
    return () => {
      isOld = true;
    };
  }, [heads, units, readTile, area.row, area.key, area.size]);

  useLayoutEffect(() => {
    if (canvas.current !== null && tile !== null) drawTile(canvas.current, { ...tile, palette, scale, dimsFirst });
  }, [tile, palette, scale, dimsFirst]);

  const zoom = (factor: number): void => setArea(zoomArea(area, factor, length));
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = Math.max(1, Math.floor(area.size / 8));
    const moves: Record<string, () => void> = {
      ArrowUp: () => setArea(moveArea(area, -step, 0, length)),
      ArrowDown: () => setArea(moveArea(area, step, 0, length)),
      ArrowLeft: () => setArea(moveArea(area, 0, -step, length)),
      ArrowRight: () => setArea(moveArea(area, 0, step, length)),
      "+": () => zoom(0.5),
      "-": () => zoom(2),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
  // React listens to wheels passively: the page would scroll as well.
  useEffect(() => {
    const element = canvas.current;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      setArea((known) => zoomArea(known ?? wholeArea(length), event.deltaY < 0 ? 0.8 : 1.25, length));
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, [length]);
  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const from = dragged.current;
    if (from === null) return;
    const perPixel = from.area.size / event.currentTarget.clientWidth;
    setArea(moveArea(from.area, (from.y - event.clientY) * perPixel, (from.x - event.clientX) * perPixel, length));
  };
  return (
    <div className="matrix">
      <p className="hint">
        {words.matrixHint} {kind !== "token" && words.rolledUp(words.unitNames[kind])}
      </p>
      <canvas
        ref={canvas}
        role="img"
        aria-label={words.matrixName(name, words.unitNames[kind], axisWords(rows), axisWords(keys))}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          dragged.current = { x: event.clientX, y: event.clientY, area };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          dragged.current = null;
        }}
      />
      <div className="matrix-tools">
        <button type="button" className="icon-button" aria-label={words.zoomIn} onClick={() => zoom(0.5)}>
          +
        </button>
        <button type="button" className="icon-button" aria-label={words.zoomOut} onClick={() => zoom(2)}>
          −
        </button>
        <button type="button" className="button button-quiet" onClick={() => setArea(null)}>
          {words.wholeText}
        </button>
        <span className="matrix-legend">
          <span className="matrix-hatch" aria-hidden="true" /> {words.legendMasked}
        </span>
      </div>
    </div>
  );
}

function axisWords({ start, step, count }: TileAxis): string {
  return `${start}–${start + step * count - 1}`;
}
