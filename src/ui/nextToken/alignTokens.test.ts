import { describe, expect, it } from "vitest";
import type { TokenText } from "../../shared/nextToken";
import { alignPieces, runsOf, tokenOwners } from "./alignTokens";

function tokensOf(...texts: string[]): TokenText[] {
  return texts.map((text, id) => ({ id, text, part: 0, bytes: null, isSpecial: text.startsWith("<|") }));
}

/** What is underlined for which token. */
function shown(text: string, tokens: readonly TokenText[], pieces: readonly string[]): string[] {
  const owners = tokenOwners(text, tokens);
  return alignPieces(text, pieces).flatMap((places, piece) =>
    runsOf(places, owners).map(({ index, start, end }) => `${index}:${pieces[piece]?.slice(start, end)}`),
  );
}

describe("tokens in what is shown", () => {
  it("are found in plain text, the space before the first word left out, control tokens skipped", () => {
    expect(shown("Hot water.", tokensOf(" Hot", " water", ".", "<|end|>"), ["Hot water."])).toEqual([
      "0:Hot",
      "1: water",
      "2:.",
    ]);
  });

  it("are found behind marks, across elements and within words", () => {
    const text = "A **bold** word and `code*` too";
    const tokens = tokensOf("A", " **", "bo", "ld", "**", " word", " and", " `", "code", "*`", " too");
    expect(shown(text, tokens, ["A ", "bold", " word and ", "code*", " too"])).toEqual([
      ...["0:A", "1: "],
      ...["2:bo", "3:ld"],
      ...["5: word", "6: and", "7: "],
      ...["8:code", "9:*"],
      "10: too",
    ]);
  });

  it("go on behind something that no token wrote", () => {
    expect(shown("one two", tokensOf("one", " two"), ["one", "©", " two"])).toEqual(["0:one", "1: two"]);
  });

  it("stop where the text is another one", () => {
    expect(shown("one 2 three", tokensOf("one", " two", " three"), ["one 2 three"])).toEqual(["0:one"]);
  });
});
