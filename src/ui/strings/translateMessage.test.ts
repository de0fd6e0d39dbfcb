import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deRuntimeTexts } from "./deRuntimeTexts";
import { translateMessage } from "./translateMessage";

const SOURCES = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.startsWith(join("ui", "strings")))
  .map((path) => readFileSync(join("src", path), "utf8"))
  .join("\n");

describe("translateMessage", () => {
  it("says a message in other words, with what it names", () => {
    expect(translateMessage(deRuntimeTexts, "a.gguf is one of 3 parts of a model; choose all of them.")).toBe(
      "a.gguf ist einer von 3 Teilen eines Modells; wähle alle zusammen.",
    );
    expect(translateMessage(deRuntimeTexts, "chat (1).json is damaged: its JSON cannot be read (at 1).")).toContain(
      "chat (1).json ist beschädigt: Das JSON ist nicht lesbar (at 1).",
    );
    expect(translateMessage(deRuntimeTexts, "Something else is one of 3 parts.")).toBeNull();
  });

  it.each(Object.entries(deRuntimeTexts))("knows a message that is still said: %s", (message, text) => {
    // A sentence may come from another line than the one before it; a place ends a piece, too.
    for (const piece of message.split(/\{\d\}|(?<=[.;,] )|(?=, )/)) {
      const words = piece.trim().replace(/^[.)":,]+\s*|\s*["(]+$/g, "");
      if (words.length > 3) expect(SOURCES).toContain(words);
    }
    const places = (given: string): string[] => [...new Set(given.match(/\{\d\}/g))].sort();
    expect(places(text)).toEqual(places(message));
  });
});
