import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useStrings } from "../strings/useStrings";
import { describeMark } from "./describeMark";
import { type Mark, type Point, paintDrawing } from "./drawing";
import type { Colour, Shape, Size } from "./world";
import { WORLD_SIDE } from "./world";

export interface DrawTool {
  readonly kind: Shape | "brush";
  readonly colour: Colour;
  readonly size: Size;
}

interface DrawCanvasProps {
  readonly marks: readonly Mark[];
  readonly tool: DrawTool;
  readonly onMark: (mark: Mark) => void;
}

const SIDE_PX = 384;
const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const within = (value: number): number => Math.min(WORLD_SIDE, Math.max(0, value));

/** Draws by pointer; by keyboard a cross is moved, and Enter places what the tool makes. */
export function DrawCanvas({ marks, tool, onMark }: DrawCanvasProps) {
  const { image } = useStrings();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cross, setCross] = useState<Point>([WORLD_SIDE / 2, WORLD_SIDE / 2]);
  const [line, setLine] = useState<readonly Point[] | null>(null);

  const { kind, colour, size } = tool;
  useEffect(() => {
    const drawn: readonly Mark[] = line === null ? marks : [...marks, { kind: "line", colour, size, points: line }];
    if (canvas.current !== null) paintDrawing(canvas.current, drawn);
  }, [marks, line, colour, size]);

  const place = (at: Point): void =>
    onMark(
      kind === "brush"
        ? { kind: "line", colour, size, points: [at] }
        : { kind: "shape", shape: kind, colour, size, at },
    );
  const pointOf = (event: PointerEvent): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = (offset: number, length: number): number => within((offset / length) * WORLD_SIDE);
    return [at(event.clientX - box.left, box.width), at(event.clientY - box.top, box.height)];
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const at = pointOf(event);
    setCross(at);
    if (kind === "brush") {
      event.currentTarget.setPointerCapture(event.pointerId);
      setLine([at]);
    } else place(at);
  };
  const onPointerUp = (): void => {
    if (line !== null) onMark({ kind: "line", colour, size, points: line });
    setLine(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (event.key === "Enter" || event.key === " ") place(cross);
    else if (step !== undefined) {
      const length = event.shiftKey ? 8 : 2;
      setCross([within(cross[0] + step[0] * length), within(cross[1] + step[1] * length)]);
    } else return;
    event.preventDefault();
  };
  const newest = marks.at(-1);
  const percent = (value: number): string => `${(value / WORLD_SIDE) * 100}%`;
  return (
    <div className="draw-place">
      <div
        className="draw-canvas"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
        tabIndex={0}
        aria-label={image.canvas(marks.map((mark) => describeMark(mark, image)).join(", "))}
        aria-describedby="draw-hint"
        onPointerDown={onPointerDown}
        onPointerMove={(event) => line !== null && setLine([...line, pointOf(event)])}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onKeyDown={onKeyDown}
      >
        <canvas ref={canvas} width={SIDE_PX} height={SIDE_PX} />
        <span
          className="draw-cross"
          style={{ insetInlineStart: percent(cross[0]), insetBlockStart: percent(cross[1]) }}
          aria-hidden="true"
        />
      </div>
      <p id="draw-hint" className="hint">
        {image.canvasHint}
      </p>
      <p className="visually-hidden" role="status">
        {newest === undefined ? "" : describeMark(newest, image)}
      </p>
    </div>
  );
}
