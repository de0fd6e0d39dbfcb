import { describe, expect, it } from "vitest";
import { memorySource } from "../files/byteSource";
import { readGguf } from "../files/gguf";
import { type WrittenValue, writeGguf } from "../testing/ggufWriter";
import { fromGgufVocabulary } from "./ggufTokenizer";
import { StreamingDecoder } from "./streamingDecoder";
import type { Tokenizer } from "./tokenizer";

const PLAIN = { addSpecial: false, parseSpecial: false };
const SPECIAL = { addSpecial: true, parseSpecial: true };

interface Token {
  readonly text: string | Uint8Array;
  readonly type?: number;
  readonly score?: number;
}

async function tokenizerOf(
  model: string,
  tokens: readonly Token[],
  further: Readonly<Record<string, WrittenValue>> = {},
): Promise<Tokenizer> {
  const bytes = writeGguf({
    metadata: {
      "tokenizer.ggml.model": { kind: "string", value: model },
      "tokenizer.ggml.tokens": { kind: "strings", value: tokens.map(({ text }) => text) },
      "tokenizer.ggml.scores": { kind: "float32s", value: tokens.map(({ score }) => score ?? 0) },
      "tokenizer.ggml.token_type": { kind: "int32s", value: tokens.map(({ type }) => type ?? 1) },
      ...further,
    },
  });
  const tokenizer = fromGgufVocabulary(await readGguf(memorySource(bytes, "vocabulary.gguf")));
  if (!tokenizer) throw new Error("no vocabulary");
  return tokenizer;
}

const idsOf = (tokens: readonly Token[], ...texts: string[]) =>
  texts.map((text) => tokens.findIndex((token) => token.text === text));
const byteTokens: readonly Token[] = Array.from({ length: 256 }, (_, byte) => ({
  text: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
  type: 6,
}));

describe("vocabularies with scores (SentencePiece BPE)", () => {
  const tokens: readonly Token[] = [
    { text: "<unk>", type: 2 },
    { text: "<s>", type: 3 },
    { text: "</s>", type: 3 },
    ...byteTokens,
    { text: "\u2581", score: -10 },
    { text: "a", score: -11 },
    { text: "b", score: -12 },
    { text: "ab", score: -2 },
    { text: "\u2581a", score: -3 },
    { text: "bb", score: -2 },
    { text: "\u2581ab", score: -5 },
    { text: "<tool>", type: 4 },
    { text: Uint8Array.of(0xff, 0x61) },
    { text: "\uFEFF", score: -20 },
  ];
  const ids = (...texts: string[]) => idsOf(tokens, ...texts);

  it("joins the best pair first, the leftmost on a tie", async () => {
    const tokenizer = await tokenizerOf("llama", tokens);
    // "ab" (-2) goes before "\u2581a" (-3), although that stands further left.
    expect(tokenizer.encode("ab", PLAIN)).toEqual(ids("\u2581ab"));
    // "ab" and "bb" score the same; "ab" stands further left.
    expect(tokenizer.encode("abb", PLAIN)).toEqual(ids("\u2581ab", "b"));
    expect(tokenizer.encode("bbab", PLAIN)).toEqual(ids("\u2581", "bb", "ab"));
  });

  it("falls back to bytes and puts them together again", async () => {
    const tokenizer = await tokenizerOf("llama", tokens);
    const encoded = tokenizer.encode("é😀", PLAIN);
    expect(encoded).toEqual(ids("\u2581", "<0xC3>", "<0xA9>", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>"));
    expect(tokenizer.decode(encoded)).toBe("é😀");
    const decoder = new StreamingDecoder(tokenizer);
    expect(encoded.map((id) => decoder.push(id))).toEqual(["", "", "é", "", "", "", "😀"]);
  });

  it("adds BOS and the space in front, and takes the space away again", async () => {
    const tokenizer = await tokenizerOf("llama", tokens);
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 2, addsBos: true, endIds: [2], vocabSize: tokens.length });
    expect(tokenizer.encode("", SPECIAL)).toEqual([1]);
    expect(tokenizer.encode("", PLAIN)).toEqual([]);
    expect(tokenizer.encode("ab ab", SPECIAL)).toEqual([1, ...ids("\u2581ab", "\u2581ab")]);
    expect(tokenizer.decode(tokenizer.encode(" ab", SPECIAL))).toBe(" ab");
    expect(tokenizer.decode([1, ...ids("\u2581ab")], { showSpecial: true })).toBe("<s> ab");
  });

  it("obeys add_bos_token, add_eos_token and add_space_prefix", async () => {
    const tokenizer = await tokenizerOf("llama", tokens, {
      "tokenizer.ggml.add_bos_token": { kind: "bool", value: false },
      "tokenizer.ggml.add_eos_token": { kind: "bool", value: true },
      "tokenizer.ggml.add_space_prefix": { kind: "bool", value: false },
    });
    expect(tokenizer.addsBos).toBe(false);
    expect(tokenizer.encode("ab", SPECIAL)).toEqual([...ids("ab"), 2]);
    expect(tokenizer.decode(ids("\u2581ab"))).toBe(" ab");
  });

  it("matches USER_DEFINED tokens always, CONTROL and UNKNOWN only when special tokens are parsed", async () => {
    const tokenizer = await tokenizerOf("llama", tokens);
    expect(tokenizer.encode("a<tool>a", PLAIN)).toEqual(ids("\u2581a", "<tool>", "\u2581a"));
    expect(tokenizer.encode("</s>", { addSpecial: false, parseSpecial: true })).toEqual([2]);
    expect(tokenizer.encode("<unk>", { addSpecial: false, parseSpecial: true })).toEqual([0]);
    const asText = tokenizer.encode("</s>", PLAIN);
    expect(asText).not.toContain(2);
    expect(tokenizer.decode(asText)).toBe("</s>");
    expect(tokenizer.isSpecial(2)).toBe(true);
    expect(tokenizer.isSpecial(ids("<tool>")[0] ?? -1)).toBe(false);
    expect(tokenizer.decode(ids("<tool>", "</s>"))).toBe("<tool>");
  });

  it("keeps tokens that are not UTF-8 as their bytes, and U+FEFF as itself", async () => {
    const tokenizer = await tokenizerOf("llama", tokens);
    const odd = tokens.findIndex(({ text }) => typeof text !== "string");
    expect([...tokenizer.tokenBytes(odd)]).toEqual([0xff, 0x61]);
    expect(tokenizer.encode("\uFEFF", PLAIN)).toEqual(ids("\u2581", "\uFEFF"));
    expect(tokenizer.decode(ids("\uFEFF"))).toBe("\uFEFF");
  });

  it("decodes nothing to nothing, unknown ids to nothing, and half a surrogate pair to U+FFFD", async () => {
    const tokenizer = await tokenizerOf("llama", tokens);
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.decode([99999, -1])).toBe("");
    expect(tokenizer.decode(tokenizer.encode("a\uD83D", PLAIN))).toBe("a\uFFFD");
  });

  it("encodes a long text without trouble", async () => {
    const tokenizer = await tokenizerOf("llama", tokens);
    const text = "ab b".repeat(50_000);
    expect(tokenizer.decode(tokenizer.encode(text, PLAIN))).toBe(text);
  });
});

describe("vocabularies with merges (byte-level BPE)", () => {
  const tokens: readonly Token[] = [
    ..."abcdehlo123.'!\u0120\u010A\u00C3\u00A9".split("").map((text) => ({ text })),
    { text: "he" },
    { text: "ll" },
    { text: "hell" },
    { text: "hello" },
    { text: "\u0120hello" },
    { text: "12" },
    { text: "123" },
    { text: "\u00C3\u00A9" },
    { text: "<|im_start|>", type: 3 },
    { text: "<|im_end|>", type: 3 },
    { text: "<|im_end|>!", type: 4 },
    { text: "</s>" },
  ];
  const ids = (...texts: string[]) => idsOf(tokens, ...texts);
  const merges: WrittenValue = {
    kind: "strings",
    value: ["h e", "l l", "he ll", "hell o", "\u0120 hello", "1 2", "12 3", "\u00C3 \u00A9"],
  };
  const open = (pre: string) =>
    tokenizerOf("gpt2", tokens, {
      "tokenizer.ggml.merges": merges,
      "tokenizer.ggml.pre": { kind: "string", value: pre },
      "tokenizer.ggml.eos_token_id": { kind: "uint32", value: ids("<|im_end|>")[0] ?? 0 },
    });

  it("merges inside words, by rank", async () => {
    const tokenizer = await open("gpt-2");
    expect(tokenizer.encode("hello hello!", PLAIN)).toEqual(ids("hello", "\u0120hello", "!"));
    expect(tokenizer.encode("é", PLAIN)).toEqual(ids("\u00C3\u00A9"));
    expect(tokenizer.decode(ids("hello", "\u0120hello", "\u00C3\u00A9", "\u010A"))).toBe("hello helloé\n");
    expect(tokenizer.dropsLeadingSpace).toBe(false);
  });

  it("splits numbers as the pre-tokenizer says", async () => {
    expect((await open("gpt-2")).encode("1231", PLAIN)).toEqual(ids("123", "1"));
    expect((await open("qwen2")).encode("123", PLAIN)).toEqual(ids("1", "2", "3"));
    expect((await open("llama-bpe")).encode("12312", PLAIN)).toEqual(ids("123", "12"));
    expect((await open("smollm")).encode("12", PLAIN)).toEqual(ids("1", "2"));
  });

  it("prefers the longest special token, and adds no BOS that it has not", async () => {
    const tokenizer = await open("qwen2");
    expect(tokenizer).toMatchObject({ bosId: null, addsBos: false });
    expect(tokenizer.encode("<|im_start|>hello<|im_end|>", SPECIAL)).toEqual(
      ids("<|im_start|>", "hello", "<|im_end|>"),
    );
    expect(tokenizer.encode("<|im_end|>!", SPECIAL)).toEqual(ids("<|im_end|>!"));
    expect(tokenizer.encode("<|im_end|>!", PLAIN)).toEqual(ids("<|im_end|>!"));
  });

  it("ends at control tokens that end a turn, not at ordinary tokens that look like one", async () => {
    expect((await open("qwen2")).endIds).toEqual(ids("<|im_end|>"));
  });

  it("refuses a pre-tokenizer or model that it does not know, by name", async () => {
    await expect(open("klingon")).rejects.toMatchObject({
      name: "TokenizerError",
      message: expect.stringContaining('"klingon"'),
    });
    await expect(tokenizerOf("rwkv", tokens)).rejects.toMatchObject({
      name: "TokenizerError",
      message: expect.stringContaining('"rwkv"'),
    });
  });

  it("refuses lists that are missing or too short", async () => {
    await expect(tokenizerOf("gpt2", tokens)).rejects.toThrowError(/tokenizer\.ggml\.merges is missing/);
    const short: WrittenValue = { kind: "int32s", value: [1] };
    await expect(tokenizerOf("llama", tokens, { "tokenizer.ggml.token_type": short })).rejects.toMatchObject({
      name: "TokenizerError",
    });
  });
});

describe("other vocabularies", () => {
  it("BPE on UTF-8 (Gemma 4): spaces as U+2581, runs of line breaks as one token, bytes as a last resort", async () => {
    const tokens: readonly Token[] = [
      { text: "<bos>", type: 3 },
      ...byteTokens,
      ..."\u2581ab\n".split("").map((text) => ({ text })),
      { text: "ab" },
      { text: "\u2581ab" },
      { text: "\n\n" },
    ];
    const ids = (...texts: string[]) => idsOf(tokens, ...texts);
    const tokenizer = await tokenizerOf("gemma4", tokens, {
      "tokenizer.ggml.merges": { kind: "strings", value: ["a b", "\u2581 ab"] },
      "tokenizer.ggml.bos_token_id": { kind: "uint32", value: 0 },
    });
    const encoded = tokenizer.encode("ab ab\n\né", SPECIAL);
    expect(encoded).toEqual([0, ...ids("ab", "\u2581ab", "\n\n", "<0xC3>", "<0xA9>")]);
    expect(tokenizer.decode(encoded)).toBe("ab ab\n\né");
  });

  it("WordPiece: longest pieces of lower-case words without accents", async () => {
    const tokens: readonly Token[] = [
      { text: "[UNK]", type: 3 },
      { text: "[CLS]", type: 3 },
      { text: "[SEP]", type: 3 },
      ..."\u2581e \u2581ete ete s \u2581! \u2581中".split(" ").map((text) => ({ text })),
    ];
    const ids = (...texts: string[]) => idsOf(tokens, ...texts);
    const tokenizer = await tokenizerOf("bert", tokens, {
      "tokenizer.ggml.bos_token_id": { kind: "uint32", value: 1 },
      "tokenizer.ggml.seperator_token_id": { kind: "uint32", value: 2 },
      "tokenizer.ggml.unknown_token_id": { kind: "uint32", value: 0 },
    });
    const encoded = tokenizer.encode("  Étés! 中ETE xyz", SPECIAL);
    expect(encoded).toEqual([1, ...ids("\u2581ete", "s", "\u2581!", "\u2581中", "\u2581ete"), 0, 2]);
    expect(tokenizer.decode(encoded)).toBe(" etes ! 中 ete");
  });

  it("none", async () => {
    const without = await readGguf(memorySource(writeGguf({}), "no-vocabulary.gguf"));
    expect(fromGgufVocabulary(without)).toBeNull();
  });
});
