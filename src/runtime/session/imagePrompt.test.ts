import { describe, expect, it } from "vitest";
import { contentWithImages, placeImages, splitAt } from "./imagePrompt";
import type { EmbeddingRow } from "./promptItems";

const TEXT_TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}{% endfor %}";
const PARTS_TEMPLATE =
  "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}<image>{% endfor %}";
const ask = (content: string, images: string[] = []) => ({ role: "user", content, images }) as const;

describe("contentWithImages", () => {
  it("puts placeholders before the text, a line each", () => {
    expect(contentWithImages(ask("What?", ["a", "b"]), TEXT_TEMPLATE, "<image>")).toBe("<image>\n<image>\nWhat?");
    expect(contentWithImages(ask("What?"), TEXT_TEMPLATE, "<image>")).toBe("What?");
  });

  it("gives parts to templates that ask for parts", () => {
    expect(contentWithImages(ask("What?", ["a"]), PARTS_TEMPLATE, "<image>")).toEqual([
      { type: "image" },
      { type: "text", text: "What?" },
    ]);
  });

  it("makes no place for a picture where a person only wrote the word", () => {
    expect(contentWithImages(ask("What is <image>?"), TEXT_TEMPLATE, "<image>")).not.toContain("<image>");
  });
});

describe("placeImages", () => {
  const rows = (hash: string, count: number): EmbeddingRow[] =>
    Array.from({ length: count }, (_, i) => ({ hash: `${hash}:${i}`, values: new Float32Array(2) }));

  it("puts each picture's rows where its placeholder stands, in order", () => {
    const [a, b] = [rows("a", 2), rows("b", 1)];
    expect(placeImages(splitAt([1, 9, 2, 9, 3], 9), [a, b])).toEqual([1, ...a, 2, ...b, 3]);
    expect(placeImages(splitAt([1, 2], 9), [])).toEqual([1, 2]);
  });

  it("refuses a template that loses or adds places", () => {
    expect(() => placeImages([[1, 2]], [rows("a", 2)])).toThrow("1 pictures");
    expect(() => placeImages(splitAt([9, 9], 9), [rows("a", 2)])).toThrow("made 2 places");
  });
});
