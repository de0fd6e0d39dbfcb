import { describe, expect, it } from "vitest";
import { StopStrings } from "./stopStrings";

/** What is shown when `text` comes in pieces of `size` characters. */
function shown(stops: readonly string[], text: string, size: number): { text: string; stoppedBy: string | null } {
  const matcher = new StopStrings(stops);
  let out = "";
  for (let start = 0; start < text.length; start += size) {
    const result = matcher.push(text.slice(start, start + size));
    out += result.text;
    if (result.stoppedBy !== null) return { text: out, stoppedBy: result.stoppedBy };
  }
  return { text: out + matcher.end(), stoppedBy: null };
}

describe("StopStrings", () => {
  it("holds back what may become a stop string and releases what does not", () => {
    const matcher = new StopStrings(["\nUser:"]);
    expect(matcher.push("Hi\nUs")).toEqual({ text: "Hi", stoppedBy: null });
    expect(matcher.push("ed\nUser")).toEqual({ text: "\nUsed", stoppedBy: null });
    expect(matcher.push(": x")).toEqual({ text: "", stoppedBy: "\nUser:" });
    expect(matcher.push("more")).toEqual({ text: "", stoppedBy: "\nUser:" });
    expect(matcher.end()).toBe("");
  });

  it("shows a beginning that the text ends with", () => {
    expect(shown(["###"], "a##", 1)).toEqual({ text: "a##", stoppedBy: null });
  });

  it.each([
    [["STOP"], "go STOP gone", "go ", "STOP"],
    [["aab"], "aaab", "a", "aab"],
    [["abab"], "aabababab", "a", "abab"],
    [["abcd", "bc"], "xabcd", "xa", "bc"],
    [["b", "ab"], "xab", "x", "ab"],
    [["", "x"], "ab", "ab", null],
    [[], "ab", "ab", null],
  ])("finds %j in %j the same way however it is cut", (stops, text, before, stoppedBy) => {
    for (let size = 1; size <= text.length; size++) {
      expect(shown(stops, text, size)).toEqual({ text: before, stoppedBy });
    }
  });
});
