import { describe, expect, it } from "vitest";
import { splitSentences } from "./sentences";

describe("splitSentences", () => {
  it.each([
    ["", [], ""],
    ["One word", [], "One word"],
    ["Done. Not yet", ["Done. "], "Not yet"],
    ["“Yes!” he said. Then", ["“Yes!” ", "he said. "], "Then"],
    ["Pi is 3.14 or so", [], "Pi is 3.14 or so"],
    ["A line\nand another", ["A line\n"], "and another"],
    ["終わり。次", ["終わり。"], "次"],
  ])("splits %j", (text, finished, rest) => {
    const split = splitSentences(text);
    expect(split).toEqual({ finished, rest });
    expect(split.finished.join("") + split.rest).toBe(text);
  });
});
