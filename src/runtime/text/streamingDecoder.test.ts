import { describe, expect, it } from "vitest";
import { StreamingDecoder } from "./streamingDecoder";
import { decodeTokens, type Tokenizer } from "./tokenizer";

/** Token ids are single bytes; 256 is a control token, 257 a whole word with its space. */
function byteTokenizer(dropsLeadingSpace: boolean): Tokenizer {
  const tokenBytes: Tokenizer["tokenBytes"] = (id, options) => {
    if (id === 256) return new TextEncoder().encode(options?.showSpecial ? "<end>" : "");
    return id === 257 ? new TextEncoder().encode(" word") : Uint8Array.of(id);
  };
  return {
    vocabSize: 258,
    bosId: null,
    eosId: 256,
    endIds: [256],
    addsBos: false,
    dropsLeadingSpace,
    encode: (text) => [...new TextEncoder().encode(text)],
    tokenBytes,
    isSpecial: (id) => id === 256,
    decode: (ids, options) => decodeTokens(tokenBytes, dropsLeadingSpace, ids, options),
  };
}

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

describe("StreamingDecoder", () => {
  it("never ends inside a character, and joins to the whole text", () => {
    const tokenizer = byteTokenizer(false);
    const text = "aé中😀\uFEFF\u0301z";
    const decoder = new StreamingDecoder(tokenizer);
    const pieces = bytesOf(text).map((id) => decoder.push(id));
    expect(pieces.slice(0, 4)).toEqual(["a", "", "é", ""]);
    expect(pieces.join("")).not.toContain("\uFFFD");
    expect(pieces.join("") + decoder.end()).toBe(text);
  });

  it("shows what stayed incomplete or wrong as U+FFFD, like decode", () => {
    const tokenizer = byteTokenizer(false);
    for (const ids of [
      [0xf0, 0x9f],
      [0xff, 0x61],
      [0xe4, 0xb8, 0x61],
      [0xc3, 257],
      [0xf0, 0x9f, 256],
    ]) {
      const decoder = new StreamingDecoder(tokenizer);
      const streamed = ids.map((id) => decoder.push(id)).join("") + decoder.end();
      expect(streamed).toBe(tokenizer.decode(ids));
      expect(streamed).toContain("\uFFFD");
    }
  });

  it("takes away one leading space where the tokenizer put one, also after hidden control tokens", () => {
    const tokenizer = byteTokenizer(true);
    const ids = [256, 257, 257];
    const decoder = new StreamingDecoder(tokenizer);
    expect(ids.map((id) => decoder.push(id))).toEqual(["", "word", " word"]);
    expect(tokenizer.decode(ids)).toBe("word word");
    const shown = new StreamingDecoder(tokenizer, { showSpecial: true });
    expect(ids.map((id) => shown.push(id)).join("")).toBe(tokenizer.decode(ids, { showSpecial: true }));
    const continued = new StreamingDecoder(tokenizer, { continuesText: true });
    expect(continued.push(257)).toBe(" word");
  });

  it("is empty for nothing", () => {
    expect(new StreamingDecoder(byteTokenizer(true)).end()).toBe("");
    expect(byteTokenizer(true).decode([])).toBe("");
  });
});
