/** Where the pictures of a conversation lie among the rows that the model read. */
import type { ImageReport } from "../shared/protocol";
import type { AppState } from "./appState";

export interface ImageRows {
  readonly pictureId: string;
  readonly report: ImageReport;
  /** Row of its first patch; the others follow, line by line. */
  readonly start: number;
}

/** In order; those whose rows do not add up to what was read are left out. */
export function imageRowsOf({ attention, turns, seen }: Pick<AppState, "attention" | "turns" | "seen">): ImageRows[] {
  const ids = attention.maps?.ids ?? [];
  const named = turns.flatMap(({ images }) => images);
  const found: ImageRows[] = [];
  let at = 0;
  for (const pictureId of named) {
    const report = seen.reports.get(pictureId);
    while (at < ids.length && ids[at] !== null) at++;
    if (report === undefined || at >= ids.length) break;
    const isWhole = ids.slice(at, at + report.tokens).every((id) => id === null) && at + report.tokens <= ids.length;
    if (isWhole && patchGrid(report) !== null) found.push({ pictureId, report, start: at });
    at += report.tokens;
  }
  return found;
}

/** Patches in a line and lines; null where rows of the prompt are not patches one by one. */
export function patchGrid({ seen, patchSize, tokens }: ImageReport): { columns: number; rows: number } | null {
  const [columns, rows] = [Math.floor(seen.width / patchSize), Math.floor(seen.height / patchSize)];
  return columns * rows === tokens ? { columns, rows } : null;
}
