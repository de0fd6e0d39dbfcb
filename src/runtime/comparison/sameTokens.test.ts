import { expect, it } from "vitest";
import { checkSameTokens } from "./sameTokens";

type Vocabulary = Parameters<typeof checkSameTokens>[0];

function vocabulary(name: string, tokens: readonly string[] | null, vocabSize = tokens?.length ?? 3): Vocabulary {
  const tokenBytes = (id: number): Uint8Array => new TextEncoder().encode(tokens?.[id] ?? "");
  const tokenizer = tokens === null ? null : ({ tokenBytes } as unknown as Vocabulary["tokenizer"]);
  return { name, tokenizer, model: { spec: { vocabSize } } };
}

it("the same tokens are the same, and without a tokenizer numbers are all there is", () => {
  const tokens = ["a", "b", "é"];
  expect(() => checkSameTokens(vocabulary("one", tokens), vocabulary("two", [...tokens]))).not.toThrow();
  expect(() => checkSameTokens(vocabulary("one", tokens), vocabulary("two", null))).not.toThrow();
});

it("names both files and what differs", () => {
  const one = vocabulary("one", ["a", "b", "c"]);
  expect(() => checkSameTokens(one, vocabulary("two", ["a", "x", "y"]))).toThrow(
    'one and two cannot be compared: token 1 is "b" in one and "x" in the other.',
  );
  expect(() => checkSameTokens(one, vocabulary("two", ["a", "b"]))).toThrow("3 and 2 tokens are not one vocabulary");
});
