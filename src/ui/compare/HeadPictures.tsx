import { memo, type PointerEvent, useLayoutEffect, useRef } from "react";
import type { ComparedHead } from "../../shared/comparison";
import type { TileAxis } from "../../shared/inspection";
import type { Palette } from "../attention/colorScale";
import { drawTile } from "../attention/drawTile";
import { usePalette } from "../attention/usePalette";
import { useStrings } from "../strings/useStrings";
import { createDivergingPalette, divergingShare } from "./divergingPalette";
import { formatSmall } from "./formatStatistic";

export interface PatternCell {
  readonly row: number;
  readonly key: number;
}

interface PicturesProps {
  readonly found: ComparedHead;
  readonly axis: TileAxis;
  readonly name: string;
  readonly onPoint: (cell: PatternCell | null) => void;
}

/**
 * Both patterns and what lies between them. The patterns share one scale; the difference has its own, alike in both
 * directions. Drawn anew for another head only, not while it is pointed at.
 */
export const HeadPictures = memo(function HeadPictures({ found, axis, name, onPoint }: PicturesProps) {
  const { compare } = useStrings();
  const words = compare.heads;
  const weights = usePalette();
  const changes = usePalette(createDivergingPalette);
  const { reference, level } = found;
  const range = largestChange(found);
  // As the patterns, by the square root; a mask stays one.
  const between = level.map((weight, i) => {
    const change = (weight - (reference[i] as number)) / (range || 1);
    return Number.isNaN(change) ? change : divergingShare(Math.sign(change) * Math.sqrt(Math.abs(change)), 1);
  });
  return (
    <div className="head-pictures">
      <Picture title={compare.topOf.reference} cells={reference} palette={weights} axis={axis} onPoint={onPoint} />
      <Picture title={name} cells={level} palette={weights} axis={axis} onPoint={onPoint} />
      <Picture
        title={words.between(name, formatSmall(100 * range))}
        cells={between}
        palette={changes}
        axis={axis}
        isChange
        onPoint={onPoint}
      />
    </div>
  );
});

interface PictureProps {
  readonly title: string;
  /** Shares of the palette. */
  readonly cells: Float32Array;
  readonly palette: Palette;
  readonly axis: TileAxis;
  readonly isChange?: boolean;
  readonly onPoint: (cell: PatternCell | null) => void;
}

function Picture({ title, cells, palette, axis, isChange = false, onPoint }: PictureProps) {
  const { compare } = useStrings();
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    const scale = isChange ? "linear" : "sqrt";
    drawTile(canvas.current, { cells, rows: axis, keys: axis, palette, scale, dimsFirst: false });
  }, [cells, palette, axis, isChange]);
  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const at = (share: number): number => Math.max(0, Math.min(axis.count - 1, Math.floor(share * axis.count)));
    onPoint({ row: at((event.clientY - top) / height), key: at((event.clientX - left) / width) });
  };
  return (
    <figure className="head-picture">
      <figcaption>{title}</figcaption>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${title}. ${compare.heads.axes}`}
        onPointerMove={onPointerMove}
        onPointerLeave={() => onPoint(null)}
      />
    </figure>
  );
}

function largestChange({ reference, level }: ComparedHead): number {
  let most = 0;
  for (let i = 0; i < level.length; i++) {
    const change = Math.abs((level[i] as number) - (reference[i] as number));
    if (change > most) most = change;
  }
  return most;
}
