import { describe, expect, it } from "vitest";
import type { TokenText } from "../shared/nextToken";
import { rollUp, unitAt, unitAxis, unitsOf } from "./rollUp";

const token = (text: string, more: Partial<TokenText> = {}): TokenText => ({
  id: 7,
  text,
  part: 0,
  bytes: null,
  isSpecial: false,
  ...more,
});
const special = (text: string): TokenText => token(text, { isSpecial: true });
const PATCH = token("▦", { id: -1 });
const words = (texts: readonly TokenText[], kind: "word" | "sentence"): [string, number][] =>
  unitsOf(texts, kind).map(({ text, start }) => [text, start]);

describe("tokens rolled up", () => {
  it("to words: pieces join, a space before goes along, signs and control tokens stand alone", () => {
    const texts = ["<s>"].map(special).concat([" un", "believ", "able", ",", " Mary", "\n", "No"].map((t) => token(t)));
    expect(words(texts, "word")).toEqual([
      ["<s>", 0],
      [" unbelievable", 1],
      [",", 4],
      [" Mary", 5],
      ["\n", 6],
      ["No", 7],
    ]);
  });

  it("to words where no space parts them, and with characters in pieces", () => {
    const texts = [token("日本"), token("語"), token("の"), token("🐱"), token("", { part: 1, bytes: [0x90] })];
    const units = unitsOf(texts, "word");
    expect(units.map(({ text }) => text).join("")).toBe("日本語の🐱");
    expect(units.at(-1)).toEqual({ start: 3, count: 2, text: "🐱" });
  });

  it("to sentences, a picture being one", () => {
    const texts = [PATCH, PATCH, PATCH, ...["Hello", " there", ".", " How", " are", " you", "?"].map((t) => token(t))];
    expect(words(texts, "sentence")).toEqual([
      ["▦", 0],
      ["Hello there.", 3],
      [" How are you?", 6],
    ]);
    expect(unitsOf([], "sentence")).toEqual([]);
  });

  it("are cells between edges for the runtime, several to a cell where there are too many", () => {
    const texts = [" un", "believ", "able", ",", " Mary", " sang", "."].map((text) => token(text));
    const units = unitsOf(texts, "word");
    expect(units.map(({ start }) => start)).toEqual([0, 3, 4, 5, 6]);
    expect(unitAxis(units, { start: 0, step: 1, count: 5 }).edges).toEqual([0, 3, 4, 5, 6, 7]);
    expect(unitAxis(units, { start: 1, step: 2, count: 2 }).edges).toEqual([3, 5, 7]);
    expect(unitAxis(units, { start: 0, step: 2, count: 3 }).edges).toEqual([0, 4, 6, 7]);
  });

  it("covers every token once, whatever the text", () => {
    const pieces = [" a", "b", ".", " ", "c", "\n\n", "D", "e", "…", "“", "x", "”", " 1", ".", "5"];
    for (let n = 0; n < pieces.length; n++) {
      for (const kind of ["token", "word", "sentence"] as const) {
        const texts = pieces.slice(n).map((t, i) => (i % 5 === 4 ? special(t) : token(t)));
        const units = unitsOf(texts, kind);
        let next = 0;
        for (const { start, count } of units) {
          expect(start).toBe(next);
          next = start + count;
        }
        expect(next).toBe(texts.length);
        for (let at = 0; at < texts.length; at++) {
          const { start, count } = units[unitAt(units, at)] ?? expect.fail();
          expect(at >= start && at < start + count).toBe(true);
        }
      }
    }
  });

  it("sums what a unit gets from the selected one, and averages what it gives to it", () => {
    const units = [
      { start: 0, count: 2, text: "a" },
      { start: 2, count: 1, text: "b" },
      { start: 3, count: 2, text: "c" },
    ];
    const view = {
      heads: [],
      position: 2,
      length: 5,
      start: 2,
      count: 1,
      looksAt: Float32Array.of(0.25, 0.5, 0.25),
      lookedAtBy: Float32Array.of(0.25, 0.5, Number.NaN),
    };
    const rolled = rollUp(view, units);
    expect(rolled.selected).toBe(1);
    expect([...rolled.looksAt]).toEqual([0.75, 0.25]);
    // A masked weight is nothing.
    expect([...rolled.lookedAtBy]).toEqual([0.25, 0.25]);
  });
});
