import { describe, expect, it } from "vitest";
import { toRecord } from "./conversationFile";
import { CONVERSATION_VERSION, migrate, readConversation } from "./readConversation";

const MESSAGES = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Hello" },
  { role: "assistant", content: "Hi." },
];

describe("readConversation", () => {
  it("turns every earlier version into the present one", () => {
    const chat = readConversation({ messages: MESSAGES });
    expect(chat.systemPrompt).toBe("Be brief.");
    expect(chat.turns.map(({ role, text, parentId }) => [role, text, parentId])).toEqual([
      ["user", "Hello", null],
      ["assistant", "Hi.", "t0"],
    ]);
    expect(toRecord(chat)).toMatchObject({ version: CONVERSATION_VERSION });
  });

  it("gives back what was written, and leaves a record of the present version as it is", () => {
    const chat = readConversation({ messages: MESSAGES });
    const record = JSON.parse(JSON.stringify(toRecord(chat)));
    expect(migrate(record)).toBe(record);
    expect(readConversation(record)).toEqual(chat);
  });

  it("refuses a newer version instead of losing what it does not know", () => {
    expect(() => readConversation({ version: CONVERSATION_VERSION + 1 })).toThrow(/newer Vitrine/);
  });

  it("takes an answer that was being written as stopped", () => {
    const record = { ...toRecord(readConversation({ messages: MESSAGES })) } as { turns: { state: string }[] };
    const turns = record.turns.map((turn) => ({ ...turn, state: "streaming" }));
    expect(readConversation({ ...record, turns }).turns.map((turn) => turn.state)).toEqual(["stopped", "stopped"]);
  });

  it.each([
    ["an id given twice", (turns: object[]) => [turns[0], { ...turns[1], id: "t0" }], /given once/],
    ["a parent that comes later", (turns: object[]) => [...turns].reverse(), /a turn before it/],
    ["an unknown role", (turns: object[]) => [{ ...turns[0], role: "tool" }], /turns\[0\].role/],
    ["a text that is none", (turns: object[]) => [{ ...turns[0], text: 7 }], /turns\[0\].text/],
    ["an id that is no word", (turns: object[]) => [{ ...turns[0], id: "<b>" }], /letters, digits and dashes/],
  ])("names %s", (_, change, reason) => {
    const record = toRecord(readConversation({ messages: MESSAGES })) as { turns: object[] };
    expect(() => readConversation({ ...record, turns: change(record.turns) })).toThrow(reason);
  });
});
