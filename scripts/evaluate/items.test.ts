import { describe, expect, it } from "vitest";
import { type EvaluationItem, isRight, wilsonInterval } from "./items";

const word: EvaluationItem = { row: "find", goal: 0.9, messages: [], answer: "It is red." };

describe("isRight", () => {
  it("takes the answer word for word, ended by itself", () => {
    expect(isRight(word, "It is red.")).toBe(true);
    expect(isRight(word, "It is red")).toBe(false);
    expect(isRight(word, null)).toBe(false);
  });

  it("takes a story with all that was asked for, and none that loops", () => {
    const story = { ...word, contains: ["fox", "lamp"] };
    expect(isRight(story, "A fox found a lamp. It was old.")).toBe(true);
    expect(isRight(story, "A fox found a key.")).toBe(false);
    expect(isRight({ ...story, contains: ["Mia"] }, "Mia found a key.")).toBe(true);
    const loop = "the fox took the lamp and went home again ";
    expect(isRight(story, loop)).toBe(true);
    expect(isRight(story, loop + loop)).toBe(false);
  });
});

describe("wilsonInterval", () => {
  it("gives the textbook's bounds for 38 of 40, and does not leave 0 to 1", () => {
    const [low, high] = wilsonInterval(38, 40);
    expect(low).toBeCloseTo(0.835, 3);
    expect(high).toBeCloseTo(0.9862, 3);
    expect(wilsonInterval(40, 40)[1]).toBeCloseTo(1, 12);
    expect(wilsonInterval(0, 40)[0]).toBeCloseTo(0, 12);
  });
});
