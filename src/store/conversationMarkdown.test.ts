import { describe, expect, it } from "vitest";
import { messagesOf, toMarkdown } from "./conversationMarkdown";
import { readConversation } from "./readConversation";

const NAMES = { untitled: "New chat", system: "System prompt", user: "You", assistant: "Assistant", picture: String };

describe("messagesOf", () => {
  it("gives back the words that toMarkdown wrote, headings in code and of other words left in them", () => {
    const content = "# One\n\n## Two\n\n```md\n## You\n```\n\nend";
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hello\n\nyou" },
      { role: "assistant", content },
      { role: "user", content: "## Why?" },
    ];
    const chat = readConversation({ title: "Of headings", messages });
    expect(messagesOf(toMarkdown(chat, NAMES, new Map()))).toEqual({ title: "Of headings", messages });
  });

  it("reads who speaks in either language, whatever answered", () => {
    const text = "# Farben\r\n\r\n## Du\r\nGras?\r\n\r\n## Assistent (story, q8_0)\r\ngrün\r\n";
    expect(messagesOf(text)).toEqual({
      title: "Farben",
      messages: [
        { role: "user", content: "Gras?" },
        { role: "assistant", content: "grün" },
      ],
    });
  });

  it.each(["", "Dear diary", "# A title\n\n## A part\n\ntext", "## System prompt\n\nalone", '{"messages": []}'])(
    "takes %j for no chat",
    (text) => {
      expect(messagesOf(text)).toBeNull();
    },
  );
});
