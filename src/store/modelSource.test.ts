/** What links a person may type, and what becomes of them. */
import { describe, expect, it } from "vitest";
import { CATALOG, catalogLink } from "../shared/catalog";
import { linkOf, parseLevel, parseModelLink } from "./modelSource";

const BASE = "https://vitrine.example/app/";
const parse = (link: string) => parseModelLink(link, BASE);

describe("links to models", () => {
  it("every model of the catalogue is one commit of a repository", () => {
    for (const entry of CATALOG) {
      expect(parse(catalogLink(entry))).toEqual({ kind: "hub", id: entry.id, revision: entry.revision, file: null });
      expect(entry.revision).toMatch(/^[0-9a-f]{40}$/);
      expect(linkOf(parse(catalogLink(entry)))).toBe(catalogLink(entry));
      // Two or four bytes a parameter: a size or a count mistyped shows.
      const bytes = entry.sizeBytes / (entry.millionParameters * 1e6);
      expect(Math.min(Math.abs(bytes / 2 - 1), Math.abs(bytes / 4 - 1), Math.abs(bytes / 2.52 - 1))).toBeLessThan(0.12);
    }
  });

  it.each([
    ["owner/name", { kind: "hub", id: "owner/name", revision: "main", file: null }],
    ["owner/name@v1.0", { kind: "hub", id: "owner/name", revision: "v1.0", file: null }],
    ["owner/name@main/q/a.gguf", { kind: "hub", id: "owner/name", revision: "main", file: "q/a.gguf" }],
    ["https://huggingface.co/owner/name", { kind: "hub", id: "owner/name", revision: "main", file: null }],
    [
      "https://huggingface.co/owner/name/blob/abc/a.gguf",
      { kind: "hub", id: "owner/name", revision: "abc", file: "a.gguf" },
    ],
    ["https://example.com/a.gguf", { kind: "url", url: "https://example.com/a.gguf" }],
    ["https://example.com/folder", { kind: "url", url: "https://example.com/folder/" }],
    ["models/a.gguf", { kind: "url", url: `${BASE}models/a.gguf` }],
    ["a.gguf", { kind: "url", url: `${BASE}a.gguf` }],
    ["folder/", { kind: "url", url: `${BASE}folder/` }],
  ])("%s", (link, source) => expect(parse(link)).toEqual(source));

  it("what is neither is refused in words", () => {
    for (const link of ["ftp://example.com/a.gguf", "gpt2"]) {
      expect(() => parse(link), link).toThrow(/neither a Hugging Face id/);
    }
  });
});

describe("levels in addresses", () => {
  it.each([
    ["q4_0", "q4_0"],
    ["as stored", "stored"],
    ["q4_0+head8", "q4_0+head8"],
    // What a plus sign in an address becomes.
    ["q4_0 head8", "q4_0+head8"],
  ])("%s", (text, level) => expect(parseLevel(text)).toBe(level));

  it("no recipe for what is finer than 8 bit already", () => {
    expect(() => parseLevel("f16+head8")).toThrow(/not a level/);
  });
});
