import { beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../files/byteSource";
import { readGguf } from "../files/gguf";
import { chatEncoder } from "../session/chatEncoder";
import { writeGguf } from "../testing/ggufWriter";
import { fromGgufVocabulary } from "./ggufTokenizer";
import { thinkingOf } from "./thinking";
import type { Tokenizer } from "./tokenizer";

const PIECES = ["<unk>", "<s>", "</s>", "\u2581", "Q", "A", "<think>", "</think>"];
const TALK = "{% for m in messages %}Q{% endfor %}{% if add_generation_prompt %}A";
const TEMPLATES = {
  plain: `${TALK}{% endif %}`,
  // As reasoning models that always think.
  always: `${TALK}<think>\n{% endif %}`,
  // As models that write <think> themselves unless the template closes the thought for them.
  unlessForbidden: `${TALK}{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}`,
  // As small ones that answer at once unless told to think.
  onlyIfAsked: `${TALK}{% if enable_thinking is defined and enable_thinking %}<think>\n{% else %}<think>\n\n</think>\n\n{% endif %}{% endif %}`,
  refusing: "{{ raise_exception('only tools may speak') }}",
  broken: "{% if %}",
} as const;

let tokenizer: Tokenizer;
beforeAll(async () => {
  const bytes = writeGguf({
    metadata: {
      "tokenizer.ggml.model": { kind: "string", value: "llama" },
      "tokenizer.ggml.tokens": { kind: "strings", value: PIECES },
      "tokenizer.ggml.scores": { kind: "float32s", value: PIECES.map((_, index) => -index) },
      "tokenizer.ggml.token_type": { kind: "int32s", value: [2, 3, 3, 1, 1, 1, 4, 4] },
      "tokenizer.ggml.add_bos_token": { kind: "bool", value: false },
      "tokenizer.ggml.add_space_prefix": { kind: "bool", value: false },
    },
  });
  const found = fromGgufVocabulary(await readGguf(memorySource(bytes, "v.gguf")));
  if (found === null) throw new Error("no vocabulary");
  tokenizer = found;
});

describe("thinkingOf", () => {
  it.each([
    ["plain", null],
    ["always", { isChoice: false, byDefault: true, opens: true }],
    ["unlessForbidden", { isChoice: true, byDefault: true, opens: false }],
    ["onlyIfAsked", { isChoice: true, byDefault: false, opens: true }],
    ["refusing", null],
    ["broken", null],
  ] as const)("%s", (name, expected) => {
    expect(thinkingOf(tokenizer, TEMPLATES[name])).toEqual(expected);
  });
});

it("a prompt says whether to think, or leaves it to the template", () => {
  const model = { name: "tiny", images: null } as Parameters<typeof chatEncoder>[0];
  const pieces = (thinks?: boolean): string[] => {
    const items = chatEncoder(model, tokenizer, TEMPLATES.onlyIfAsked, thinks)([{ role: "user", content: "?" }]);
    return items.map((item) => PIECES[Number(item)] ?? "").filter((piece) => piece.includes("think"));
  };
  expect(pieces()).toEqual(["<think>", "</think>"]);
  expect(pieces(false)).toEqual(["<think>", "</think>"]);
  expect(pieces(true)).toEqual(["<think>"]);
});
