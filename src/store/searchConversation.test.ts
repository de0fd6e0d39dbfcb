import { describe, expect, it } from "vitest";
import { addTurn, type Conversation, createConversation, type Turn } from "./conversation";
import { findWords } from "./foldText";
import { searchConversation, wordsOf } from "./searchConversation";

function chatOf(...texts: readonly string[]): Conversation {
  return texts.reduce<Conversation>(
    (chat, text, index) => {
      const turn: Turn = {
        ...{ id: `t${index}`, parentId: index === 0 ? null : `t${index - 1}`, text, images: [], state: "done" },
        ...{ role: index % 2 === 0 ? "user" : "assistant", error: null, answer: null, isEdited: false, createdAt: 0 },
      } as Turn;
      return addTurn(chat, turn, 0);
    },
    createConversation("c", 0),
  );
}

const search = (chat: Conversation, query: string) =>
  searchConversation(chat, wordsOf(query))?.map(({ turnId, excerpt }) => [
    turnId,
    excerpt.map(({ text, isFound }) => (isFound ? `[${text}]` : text)).join(""),
  ]) ?? null;

describe("findWords", () => {
  it.each([
    ["Ein Café, zwei CAFÉS", ["cafe"], ["Café", "CAFÉ"]],
    ["cafe\u0301 decomposed", ["cafe"], ["cafe\u0301"]],
    ["Straße 🐱 ﬁn", ["fin", "🐱"], ["🐱"]],
    ["aaaa", ["aa"], ["aaaa"]],
    ["abcd", ["abc", "bcd"], ["abcd"]],
    ["İstanbul", ["istanbul"], ["İstanbul"]],
    ["nothing", [""], []],
  ])("in %j finds %j as %j", (text, words, found) => {
    expect(findWords(text, words).map(({ start, end }) => text.slice(start, end))).toEqual(found);
  });
});

describe("searchConversation", () => {
  it("gives the turns with most of the words first, and what stands around them", () => {
    const chat = chatOf("Tell me of rain", "Rain falls.\nTea\nis hot.", "And tea?");
    expect(search(chat, "TEA rain")).toEqual([
      ["t1", "[Rain] falls. [Tea] is hot."],
      ["t2", "And [tea]?"],
    ]);
  });

  it("leaves out a turn that is the title, and leads to it once it is called otherwise", () => {
    const chat = chatOf("Tell me of rain", "Rain falls.");
    expect(search(chat, "rain")).toEqual([["t1", "[Rain] falls."]]);
    expect(search({ ...chat, title: "Weather" }, "rain")?.map(([id]) => id)).toEqual(["t0", "t1"]);
  });

  it("wants every word somewhere, title and system prompt included", () => {
    const chat = { ...chatOf("one", "two"), systemPrompt: "Be brief" };
    expect(search(chat, "brief two")).toEqual([["t1", "[two]"]]);
    expect(search(chat, "brief")).toEqual([]);
    expect(search(chat, "two three")).toBeNull();
    expect(search(chat, "  ")).toEqual([]);
  });

  it("cuts long texts between words, at most three turns", () => {
    const long = `${"before ".repeat(40)}needle${" after".repeat(40)}`;
    const found = search(chatOf(long, long, long, long), "needle") ?? [];
    expect(found).toHaveLength(3);
    expect(found[0]?.[1]).toMatch(/^…before before before \[needle\]( after)+[ a-z]*…$/);
  });
});
