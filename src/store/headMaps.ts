/** What the page holds of every head: squares of cells and figures, put together from what the worker gives. */
import { FIGURES, figuresOf, type HeadFigures, OVERVIEW_CELLS } from "../shared/attentionMap";
import type { AttentionOverview, HeadId } from "../shared/inspection";

export interface HeadMaps {
  readonly epoch: number;
  /** Tokens covered. */
  readonly length: number;
  readonly ids: readonly (number | null)[];
  readonly tokensPerCell: number;
  readonly rowCount: number;
  /** Per layer [rowCount, H, OVERVIEW_CELLS + FIGURES.length] sums */
  readonly layers: readonly Float32Array[];
  /** [layer][head] */
  readonly figures: readonly (readonly HeadFigures[])[];
  /** Rows that the induction figure is a mean over. */
  readonly inductionRows: number;
  readonly gpuBytes: number;
}

const STRIDE = OVERVIEW_CELLS + FIGURES.length;

export function mergeOverview(held: HeadMaps | null, update: AttentionOverview): HeadMaps {
  const goesOn = held !== null && held.epoch === update.epoch;
  const rowCount = update.firstRow + update.rowCount;
  const layers = update.layers.map((fresh, layer) => {
    if (!goesOn) return fresh;
    const rowFloats = fresh.length / update.rowCount;
    const all = new Float32Array(rowCount * rowFloats);
    all.set((held.layers[layer] as Float32Array).subarray(0, update.firstRow * rowFloats));
    all.set(fresh, update.firstRow * rowFloats);
    return all;
  });
  const { epoch, length, tokensPerCell, inductionRows, gpuBytes } = update;
  return {
    epoch,
    length,
    ids: goesOn ? [...held.ids.slice(0, update.idsFrom), ...update.ids] : update.ids,
    tokensPerCell,
    rowCount,
    layers,
    figures: layers.map((state) => figuresOf(state, rowCount, length, inductionRows)),
    inductionRows,
    gpuBytes,
  };
}

/** What a row of cells gives to a cell of keys, mean over its tokens. */
export function cellShare(maps: HeadMaps, { layer, head }: HeadId, row: number, column: number): number {
  const state = maps.layers[layer] as Float32Array;
  const heads = state.length / maps.rowCount / STRIDE;
  const tokens = Math.min(maps.tokensPerCell, maps.length - row * maps.tokensPerCell);
  return (state[(row * heads + head) * STRIDE + column] as number) / tokens;
}

/** Shares from which on a head is called after what it looks at in this text. */
export const LABEL_THRESHOLDS = { first: 0.5, previous: 0.5, self: 0.5, induction: 0.4 } as const;
export type HeadLabel = keyof typeof LABEL_THRESHOLDS | "mixed";

/** The figure that stands out most above its threshold. */
export function labelOf(figures: HeadFigures): HeadLabel {
  const names = Object.keys(LABEL_THRESHOLDS) as (keyof typeof LABEL_THRESHOLDS)[];
  const [best] = names
    .map((name) => ({ name, above: (figures[name] ?? 0) - LABEL_THRESHOLDS[name] }))
    .filter(({ above }) => above >= 0)
    .sort((a, b) => b.above - a.above);
  return best?.name ?? "mixed";
}
