import { describe, expect, it } from "vitest";
import type { Tokenizer } from "./tokenizer";
import { tokenTexts } from "./tokenTexts";

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

/** Ids are places in this list. */
function tokenizerOf(pieces: readonly (string | readonly number[])[]): Tokenizer {
  const tokenBytes = (id: number): Uint8Array => {
    const piece = pieces[id] ?? [];
    return Uint8Array.from(typeof piece === "string" ? bytesOf(piece) : piece);
  };
  return {
    vocabSize: pieces.length,
    bosId: null,
    eosId: null,
    endIds: [],
    addsBos: false,
    dropsLeadingSpace: false,
    encode: () => [],
    tokenBytes,
    isSpecial: (id) => pieces[id] === "<end>",
    decode: () => "",
  };
}

function textsOf(pieces: readonly (string | readonly number[])[]) {
  return tokenTexts(tokenizerOf(pieces), [...pieces.keys()]).map(({ text, part }) => [text, part] as const);
}

describe("tokenTexts", () => {
  it("gives whole texts as they are, spaces and line breaks too", () => {
    expect(tokenTexts(tokenizerOf([" caf", "é", "\n\n", "<end>"]), [0, 1, 2, 3])).toEqual([
      { id: 0, text: " caf", part: 0, bytes: null, isSpecial: false },
      { id: 1, text: "é", part: 0, bytes: null, isSpecial: false },
      { id: 2, text: "\n\n", part: 0, bytes: null, isSpecial: false },
      { id: 3, text: "<end>", part: 0, bytes: null, isSpecial: true },
    ]);
  });

  it("puts the bytes of a character together, whatever stands around it", () => {
    const cat = bytesOf("🐱");
    expect(textsOf(["a", cat.slice(0, 1), cat.slice(1, 3), cat.slice(3), "b"])).toEqual([
      ["a", 0],
      ["🐱", 0],
      ["", 1],
      ["", 2],
      ["b", 0],
    ]);
    const [first, second] = tokenTexts(tokenizerOf([[0x20, 0xc3], [0xa9]]), [0, 1]);
    expect(first).toEqual({ id: 0, text: " é", part: 0, bytes: [0x20, 0xc3], isSpecial: false });
    expect(second).toEqual({ id: 1, text: "", part: 1, bytes: [0xa9], isSpecial: false });
  });

  it("shows bytes that never become a character each by itself", () => {
    expect(textsOf([[0xf0], "a", [0xa9], [0xe2, 0x82], "<end>"])).toEqual([
      ["\uFFFD", 0],
      ["a", 0],
      ["\uFFFD", 0],
      ["\uFFFD", 0],
      ["<end>", 0],
    ]);
  });

  it("knows no text for ids beyond the vocabulary", () => {
    expect(tokenTexts(tokenizerOf(["a"]), [5])).toEqual([{ id: 5, text: "", part: 0, bytes: null, isSpecial: false }]);
  });
});
