import { describe, expect, it } from "vitest";
import { cleanUpSpaces } from "./cleanUpSpaces";

describe("cleanUpSpaces", () => {
  it.each([
    ["Well , yes ! Is it ?", "Well, yes! Is it?"],
    [" . .", ".."],
    ["it 's we 're I 'm they 've", "it's we're I'm they've"],
    ["we 'll he 'd can 't", "we 'll he 'd can 't"],
    ["rock ' n ' roll", "rock'n'roll"],
    ["", ""],
  ])("%j becomes %j", (text, cleaned) => {
    expect(cleanUpSpaces(text)).toBe(cleaned);
  });
});
