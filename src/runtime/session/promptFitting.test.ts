import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../../shared/protocol";
import { chatPrompt, firstFit, fitPrompt, textPrompt } from "./promptFitting";

const message = (role: ChatMessage["role"], content: string): ChatMessage => ({ role, content });
/** One id for each message: the number it stands for. */
const encode = (kept: readonly ChatMessage[]) => kept.map(({ content }) => Number(content));

describe("chatPrompt", () => {
  const messages = [
    message("system", "0"),
    message("user", "1"),
    message("assistant", "2"),
    message("user", "3"),
    message("assistant", "4"),
    message("assistant", "5"),
    message("user", "6"),
  ];
  const promptAt = chatPrompt(messages, encode);

  it("gives up whole turns, the oldest first, and never the system message or the last one", () => {
    expect([0, 1, 2, 3, 4].map((dropped) => promptAt(dropped, []))).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [0, 3, 4, 5, 6],
      [0, 6],
      null,
      null,
    ]);
  });

  it("gives up an answer whose question is gone", () => {
    const started = chatPrompt([message("assistant", "1"), message("assistant", "2"), message("user", "3")], encode);
    expect([0, 1, 2].map((dropped) => started(dropped, []))).toEqual([[1, 2, 3], [3], null]);
  });

  it("never gives up the answer so far", () => {
    expect(promptAt(2, [7, 8])).toEqual([0, 6, 7, 8]);
  });

  it("keeps what is alone", () => {
    const alone = chatPrompt([message("user", "1")], encode);
    expect([0, 1].map((dropped) => alone(dropped, []))).toEqual([[1], null]);
    expect(chatPrompt([message("system", "0")], encode)(0, [])).toBeNull();
  });
});

describe("textPrompt", () => {
  const ids = Array.from({ length: 20 }, (_, index) => index);

  it("gives up quarters of the capacity after the first four tokens", () => {
    const promptAt = textPrompt(ids, 16);
    expect(promptAt(0, [])).toEqual(ids);
    expect(promptAt(1, [])).toEqual([0, 1, 2, 3, ...ids.slice(8)]);
    expect(promptAt(3, [])).toEqual([0, 1, 2, 3, 16, 17, 18, 19]);
    expect(promptAt(4, [])).toBeNull();
  });

  it("gives up the beginning of the answer too, once the prompt is gone", () => {
    const promptAt = textPrompt([0, 1, 2, 3, 4, 5], 16);
    expect(promptAt(1, [6, 7, 8, 9])).toEqual([0, 1, 2, 3, 8, 9]);
    expect(promptAt(2, [6, 7, 8, 9])).toBeNull();
  });

  it("gives up one at a time where the capacity is tiny", () => {
    expect(textPrompt([0, 1, 2, 3, 4, 5], 2)(1, [])).toEqual([0, 1, 2, 3, 5]);
    expect(textPrompt([0, 1, 2], 2)(1, [])).toBeNull();
  });
});

describe("firstFit", () => {
  const message = (role: ChatMessage["role"], content: string): ChatMessage => ({ role, content });
  const chat = chatPrompt([message("user", "aaaa"), message("assistant", "bbbb"), message("user", "cccc")], (kept) =>
    kept.flatMap(({ content }) => [...content].map((letter) => letter.charCodeAt(0))),
  );

  it("leaves the room asked for, giving up as little as possible", () => {
    expect(firstFit(chat, [], 2, 20)?.dropped).toBe(0);
    expect(firstFit(chat, [], 9, 20)?.dropped).toBe(1);
  });

  it("leaves all the room there is where there is not that much", () => {
    expect(firstFit(chat, [], 4, 6)).toMatchObject({ dropped: 1, ids: { length: 4 } });
    expect(firstFit(chat, [], 1, 3)).toBeNull();
  });
});

describe("fitPrompt", () => {
  const promptAt = textPrompt(
    Array.from({ length: 20 }, (_, index) => index),
    16,
  );

  it("gives up as little as makes room", () => {
    expect(fitPrompt(promptAt, 0, [], 0, 20)?.dropped).toBe(0);
    expect(fitPrompt(promptAt, 0, [], 1, 20)?.dropped).toBe(1);
    expect(fitPrompt(promptAt, 0, [], 4, 16)).toEqual({ ids: promptAt(2, []), dropped: 2 });
  });

  it("starts where it is told, and says when nothing fits", () => {
    expect(fitPrompt(promptAt, 2, [], 0, 100)?.dropped).toBe(2);
    expect(fitPrompt(promptAt, 0, [], 9, 16)).toBeNull();
  });
});
