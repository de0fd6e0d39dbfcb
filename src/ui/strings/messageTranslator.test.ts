import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deRuntimeTexts } from "./deRuntimeTexts";
import { messageTranslator } from "./messageTranslator";

const translate = messageTranslator(deRuntimeTexts);

/** What no button of the page can ask for: said to who calls the runtime, not to who looks at the page. */
const FOR_CALLERS = [
  "Unknown level",
  "cannot be scaled by",
  "is not a positive whole number",
  "cached tokens",
  "was not kept",
  "is outside of the",
  "keeps no hidden rows",
  "must end with a token",
  "Nobody looks into",
  "Nobody watches",
  "is outside the vocabulary",
  "logits were not kept",
  "Vocabularies of",
  "kernel constant",
  "did not compile",
  "config is missing",
  "Position 7 is not 7",
];

/** Put together of parts that are known each as a whole. */
const OF_PARTS = ["7: 7", "7 7 tokens, 7. 7"];

/**
 * Messages as they are written in the source, with "7" for what they name: literals right in the call. One that is
 * put together before is not found.
 */
function saidIn(source: string): string[] {
  const literal = /(?:"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{)|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\})*`)/;
  const call = new RegExp(
    `new VitrineError\\(\\s*"\\w+",\\s*(${literal.source}(?:\\s*\\+\\s*${literal.source})*)\\s*[,)]`,
    "g",
  );
  return [...source.matchAll(call)].map(([, message = ""]) =>
    [...message.matchAll(new RegExp(literal.source, "g"))]
      .map(([part]) =>
        part
          .slice(1, -1)
          .replace(/\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}/g, "7")
          .replace(/\\(.)/g, "$1"),
      )
      .join(""),
  );
}

const SOURCES = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter(
    (path) =>
      path.endsWith(".ts") && !/\.test\.ts$|testing|fake/i.test(path) && !path.startsWith(join("ui", "strings")),
  )
  .map((path) => readFileSync(join("src", path), "utf8"))
  .join("\n");

describe("messageTranslator", () => {
  it("knows what the source says to people", () => {
    const said = [...new Set(saidIn(SOURCES))];
    expect(said.length).toBeGreaterThan(100);
    const unknown = said.filter((message) => translate(message) === null);
    expect(
      unknown.filter((message) => !OF_PARTS.includes(message) && !FOR_CALLERS.some((words) => message.includes(words))),
    ).toEqual([]);
    for (const words of FOR_CALLERS)
      expect(
        unknown.some((message) => message.includes(words)),
        words,
      ).toBe(true);
  });

  it("says a message in other words, with what it names", () => {
    expect(translate("a.gguf is one of 3 parts of a model; choose all of them.")).toBe(
      "a.gguf ist einer von 3 Teilen eines Modells; wähle alle zusammen.",
    );
    expect(translate("chat (1).json is damaged: its JSON cannot be read (at 1).")).toContain(
      "chat (1).json ist beschädigt: Das JSON ist nicht lesbar (at 1).",
    );
    expect(translate("Something else is one of 3 parts.")).toBeNull();
  });

  it.each(Object.entries(deRuntimeTexts))("knows a message that is still said: %s", (message, text) => {
    // A sentence may come from another line than the one before it; a place ends a piece, too.
    for (const piece of message.split(/\{\d\}|(?<=[.;,] )|(?=, )/)) {
      const words = piece.trim().replace(/^[.)":,]+\s*|\s*["(:]+$/g, "");
      if (words.length > 3) expect(SOURCES.includes(words), words).toBe(true);
    }
    const places = (given: string): string[] => [...new Set(given.match(/\{\d\}/g))].sort();
    expect(places(text)).toEqual(places(message));
  });
});
