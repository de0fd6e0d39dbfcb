import { describe, expect, it } from "vitest";
import type { ImageReport } from "../shared/protocol";
import type { AppState } from "./appState";
import { imageRowsOf, patchGrid } from "./imageRows";

function report(columns: number, rows: number, tokens = columns * rows): ImageReport {
  const seen = { width: columns * 4, height: rows * 4, data: new Uint8Array() };
  const sizes = { sourceWidth: 1, sourceHeight: 1, resizedWidth: 1, resizedHeight: 1, cropLeft: 0, cropTop: 0 };
  return { hash: "h", ...sizes, seen, patchSize: 4, tokens };
}

function state(
  ids: readonly (number | null)[],
  images: readonly string[],
  reports: Readonly<Record<string, ImageReport>>,
) {
  return {
    attention: { maps: { ids } },
    turns: [{ images }],
    seen: { reports: new Map(Object.entries(reports)) },
  } as unknown as Pick<AppState, "attention" | "turns" | "seen">;
}

const found = (...given: Parameters<typeof state>) =>
  imageRowsOf(state(...given)).map(({ pictureId, start }) => [pictureId, start]);

describe("the rows of pictures", () => {
  const six = report(3, 2);
  const four = report(2, 2);
  const rows = (count: number): null[] => new Array(count).fill(null);

  it("are found one behind the other, also without a token between", () => {
    expect(found([1, ...rows(6), 2, ...rows(4), 3], ["a", "b"], { a: six, b: four })).toEqual([
      ["a", 1],
      ["b", 8],
    ]);
    expect(found([1, ...rows(10), 3], ["a", "b"], { a: six, b: four })).toEqual([
      ["a", 1],
      ["b", 7],
    ]);
  });

  it("are left out where they are not all there, or are no patches", () => {
    expect(found([1, ...rows(5)], ["a"], { a: six })).toEqual([]);
    expect(found([1, ...rows(5), 7, 8], ["a"], { a: six })).toEqual([]);
    expect(found([1, 2], ["a"], { a: six })).toEqual([]);
    expect(found([1, ...rows(6)], ["a"], {})).toEqual([]);
    // A class row more than there are patches.
    expect(found([1, ...rows(7)], ["a"], { a: report(3, 2, 7) })).toEqual([]);
    expect(patchGrid(six)).toEqual({ columns: 3, rows: 2 });
  });
});
