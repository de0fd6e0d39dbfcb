import { describe, expect, it } from "vitest";
import { StreamingDecoder } from "./streamingDecoder";
import { fromTokenizerJson } from "./tokenizerJson";

const PLAIN = { addSpecial: false, parseSpecial: false };
const SPECIAL = { addSpecial: true, parseSpecial: true };

const byteTokens = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const vocabOf = (texts: readonly string[]) => Object.fromEntries(texts.map((text, id) => [text, id]));
const special = (id: number, content: string) => ({ id, content, special: true, normalized: false });

/** Llama 2 style: U+2581 in front, byte fallback, <s> by template. */
const LLAMA_TEXTS = ["<unk>", "<s>", "</s>", ...byteTokens, "\u2581", "a", "b", "ab", "\u2581ab"];
const LLAMA = {
  added_tokens: [
    special(0, "<unk>"),
    special(1, "<s>"),
    special(2, "</s>"),
    { id: LLAMA_TEXTS.length, content: "<tool>", special: false, normalized: false },
  ],
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "Prepend", prepend: "\u2581" },
      { type: "Replace", pattern: { String: " " }, content: "\u2581" },
    ],
  },
  pre_tokenizer: null,
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
  },
  decoder: {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "\u2581" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ],
  },
  model: {
    type: "BPE",
    unk_token: "<unk>",
    byte_fallback: true,
    vocab: vocabOf(LLAMA_TEXTS),
    merges: ["a b", "\u2581 ab"],
  },
};
const LLAMA_CONFIG = { bos_token: "<s>", eos_token: { content: "</s>" } };

describe("fromTokenizerJson, SentencePiece style", () => {
  const tokenizer = fromTokenizerJson(LLAMA, LLAMA_CONFIG, { eos_token_id: [2, 7] });
  const id = (text: string) => LLAMA_TEXTS.indexOf(text);

  it("reads special tokens from the configuration", () => {
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, addsBos: true, endIds: [2, 7], dropsLeadingSpace: true });
    expect(tokenizer.vocabSize).toBe(LLAMA_TEXTS.length + 1);
    expect(tokenizer.isSpecial(1)).toBe(true);
    expect(tokenizer.isSpecial(LLAMA_TEXTS.length)).toBe(false);
  });

  it("encodes and decodes, with byte fallback", () => {
    const ids = tokenizer.encode("ab é", SPECIAL);
    expect(ids).toEqual([1, id("\u2581ab"), id("\u2581"), id("<0xC3>"), id("<0xA9>")]);
    expect(tokenizer.decode(ids)).toBe("ab é");
    expect(tokenizer.decode(ids, { showSpecial: true })).toBe("<s> ab é");
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.decode([1, 12345])).toBe("");
    const decoder = new StreamingDecoder(tokenizer);
    expect(ids.map((token) => decoder.push(token))).toEqual(["", "ab", " ", "", "é"]);
  });

  it("parses special tokens only when asked, others always", () => {
    expect(tokenizer.encode("</s>", { addSpecial: false, parseSpecial: true })).toEqual([2]);
    const asText = tokenizer.encode("</s>", PLAIN);
    expect(asText).not.toContain(2);
    expect(tokenizer.decode(asText)).toBe("</s>");
    expect(tokenizer.encode("<tool>", PLAIN)).toEqual([LLAMA_TEXTS.length]);
    expect(tokenizer.encode("</s>", { addSpecial: true, parseSpecial: false })[0]).toBe(1);
  });

  it("lets add_bos_token and add_eos_token overrule the post-processor", () => {
    const config = { ...LLAMA_CONFIG, add_bos_token: false, add_eos_token: true };
    const changed = fromTokenizerJson(LLAMA, config);
    expect(changed.addsBos).toBe(false);
    expect(changed.encode("ab", SPECIAL)).toEqual([id("\u2581ab"), 2]);
  });
});

describe("fromTokenizerJson, byte-level", () => {
  const texts = ["a", "b", "\u0120", "\u0120a", "\u00C3", "\u00A9"];
  const json = {
    added_tokens: [special(6, "<|im_end|>"), special(7, "<|endoftext|>")],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
    post_processor: null,
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: vocabOf(texts), merges: [["\u0120", "a"]] },
  };

  it("decodes bytes and leaves spaces as they are", () => {
    const tokenizer = fromTokenizerJson(json, { eos_token: "<|endoftext|>" });
    const ids = tokenizer.encode(" a é<|im_end|>", SPECIAL);
    expect(ids).toEqual([3, 2, 4, 5, 6]);
    expect(tokenizer.decode(ids)).toBe(" a é");
    expect(tokenizer).toMatchObject({ bosId: null, addsBos: false, dropsLeadingSpace: false });
    expect(tokenizer.endIds).toEqual([7, 6]);
  });
});

describe("fromTokenizerJson refuses", () => {
  it.each([
    [{}, /cannot be used/],
    [{ ...LLAMA, model: { type: "Quantum" } }, /Quantum/],
    [{ ...LLAMA, decoder: { type: "CTC" } }, /"CTC"/],
    [{ ...LLAMA, normalizer: { type: "Magic" } }, /Magic/],
    [{ ...LLAMA, added_tokens: [{ content: "x" }] }, /without id or content/],
  ])("what it does not know, by name (%#)", (json, message) => {
    expect(() => fromTokenizerJson(json)).toThrowError(
      expect.objectContaining({ name: "TokenizerError", message: expect.stringMatching(message) }),
    );
  });
});
