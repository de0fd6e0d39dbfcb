/** Which head stands where in the grid, and which of them are asked for. */
import type { Figure } from "../../shared/attentionMap";
import type { HeadId } from "../../shared/inspection";
import type { ModelSpec } from "../../shared/modelSpec";
import type { AttentionDisplay } from "../../store/attentionDisplaySlice";
import type { HeadMaps } from "../../store/headMaps";

export interface GridCell extends HeadId {
  /** In cells. */
  readonly row: number;
  readonly column: number;
  /** Gaps between kv heads before it. */
  readonly gaps: number;
  /** False: left out by the filter, and shown faint. */
  readonly isMatch: boolean;
}

export interface GridLayout {
  readonly rows: readonly (readonly GridCell[])[];
  readonly columns: number;
  /** Gaps between groups in a row. */
  readonly gaps: number;
}

export type GridOrder = Pick<AttentionDisplay, "sortBy" | "filter">;

export function layOutHeads(spec: ModelSpec, maps: HeadMaps | null, { sortBy, filter }: GridOrder): GridLayout {
  const figureOf = ({ layer, head }: HeadId, figure: Figure): number =>
    maps?.figures[layer]?.[head]?.[figure] ?? Number.NEGATIVE_INFINITY;
  const isMatch = (head: HeadId): boolean => filter === null || figureOf(head, filter.figure) >= filter.atLeast;
  const layers = spec.blocks.map(({ attention }, layer) =>
    Array.from({ length: attention.numHeads }, (_, head) => {
      const groupSize = attention.numHeads / attention.numKvHeads;
      // Groups of one would be gaps everywhere.
      const gaps = groupSize > 1 ? Math.floor(head / groupSize) : 0;
      return { layer, head, row: layer, column: head, gaps, isMatch: isMatch({ layer, head }) };
    }),
  );
  const columns = Math.max(...layers.map((heads) => heads.length));
  if (sortBy === null) {
    return { rows: layers, columns, gaps: Math.max(...layers.map((heads) => heads.at(-1)?.gaps ?? 0)) };
  }
  const sorted = layers.flat().sort((a, b) => figureOf(b, sortBy) - figureOf(a, sortBy));
  const rows = Array.from({ length: Math.ceil(sorted.length / columns) }, (_, row) =>
    sorted
      .slice(row * columns, (row + 1) * columns)
      .map((cell, column): GridCell => ({ ...cell, row, column, gaps: 0 })),
  );
  return { rows, columns, gaps: 0 };
}
