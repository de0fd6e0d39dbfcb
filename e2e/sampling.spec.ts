/** Every setting does what it says, on a model whose choices are known: four words, the first a little likelier. */

import type { ChatPage } from "./helpers/chatPage";
import { COUNT_WORDS, counted, DICE_WORDS, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

/** Nothing cut off, nothing bent, thirty words. */
async function openDice(chat: ChatPage): Promise<void> {
  await chat.open(talkingGguf());
  await setAll(chat, { Temperature: 1, "Top-k": 0, "Top-p": 1, "Min-p": 0, Seed: 7, "Max new tokens": 31 });
}

async function setAll(chat: ChatPage, settings: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await chat.setNumber(name, value);
}

/** A conversation of its own, so that the draws stand at the same positions. */
async function roll(chat: ChatPage): Promise<string[]> {
  if ((await chat.answers.count()) > 0) await chat.newChat();
  const [first, ...words] = (await chat.ask("dice")).split(" ");
  expect(first).toBe("Rolling");
  return words;
}

const GREEDY_WORDS = Array.from({ length: 30 }, () => "red");

test("a fixed seed repeats, other seeds differ, an empty one is drawn afresh and shown", async ({ chat, page }) => {
  await openDice(chat);
  const first = await roll(chat);
  expect(first).toHaveLength(30);
  expect([...new Set(first)].sort()).toEqual([...DICE_WORDS].sort());
  expect(await roll(chat)).toEqual(first);
  expect(await chat.number(chat.statistics, "seed")).toBe(7);
  await chat.setNumber("Seed", 8);
  expect(await roll(chat)).not.toEqual(first);
  const seed = page.getByRole("spinbutton", { name: "Seed", exact: true });
  await seed.fill("");
  await seed.press("Tab");
  const drawn = await roll(chat);
  const shown = await chat.number(chat.statistics, "seed");
  expect(await roll(chat)).not.toEqual(drawn);
  await chat.setNumber("Seed", shown);
  expect(await roll(chat)).toEqual(drawn);
});

test("what leaves one choice is greedy: the checkbox, temperature 0, top-k 1, top-p 0, min-p 1", async ({ chat }) => {
  await openDice(chat);
  await chat.setGreedy(true);
  expect(await roll(chat)).toEqual(GREEDY_WORDS);
  await chat.setGreedy(false);
  const off = { Temperature: 1, "Top-k": 0, "Top-p": 1, "Min-p": 0 };
  for (const only of [{ Temperature: 0 }, { "Top-k": 1 }, { "Top-p": 0 }, { "Min-p": 1 }]) {
    await setAll(chat, { ...off, ...only });
    expect(await roll(chat), JSON.stringify(only)).toEqual(GREEDY_WORDS);
  }
  await setAll(chat, off);
  expect(await roll(chat)).not.toEqual(GREEDY_WORDS);
});

test("top-k, top-p and min-p keep the likeliest words only; temperature sharpens and flattens", async ({ chat }) => {
  await openDice(chat);
  // Shares of the four at temperature 1: 0.46, 0.28, 0.17, 0.10.
  for (const [cut, kept] of [
    [{ "Top-k": 2, "Top-p": 1, "Min-p": 0 }, 2],
    [{ "Top-k": 0, "Top-p": 0.8, "Min-p": 0 }, 3],
    [{ "Top-k": 0, "Top-p": 1, "Min-p": 0.5 }, 2],
  ] as const) {
    await setAll(chat, cut);
    expect([...new Set(await roll(chat))].sort(), JSON.stringify(cut)).toEqual([...DICE_WORDS.slice(0, kept)].sort());
  }
  await setAll(chat, { "Top-k": 0, "Top-p": 1, "Min-p": 0 });
  const reds = async (temperature: number) => {
    await chat.setNumber("Temperature", temperature);
    return (await roll(chat)).filter((word) => word === "red").length;
  };
  const [cold, warm, hot] = [await reds(0.1), await reds(1), await reds(5)];
  expect(cold).toBeGreaterThan(warm);
  expect(warm).toBeGreaterThan(hot);
});

test("each penalty makes words give way that were said", async ({ chat }) => {
  await openDice(chat);
  await chat.setGreedy(true);
  const off = { "Repetition penalty": 1, "Frequency penalty": 0, "Presence penalty": 0 };
  for (const [on, start] of [
    // 46 / 1.02 falls behind 45.5, the others in turn.
    [{ "Repetition penalty": 1.02 }, "red green red"],
    // Half a logit for each time: red and green take turns, blue comes when both have been said twice.
    [{ "Frequency penalty": 0.4 }, "red red green"],
    [{ "Presence penalty": 0.7 }, "red green red red"],
  ] as const) {
    await setAll(chat, { ...off, ...on });
    expect((await roll(chat)).join(" "), JSON.stringify(on)).toMatch(new RegExp(`^${start}`));
  }
  await setAll(chat, off);
  expect(await roll(chat)).toEqual(GREEDY_WORDS);
});

test("max new tokens is exact", async ({ chat }) => {
  await chat.open(talkingGguf());
  for (const count of [1, 2, 13]) {
    await chat.setNumber("Max new tokens", count);
    expect(await chat.ask("Please count")).toBe(counted(COUNT_WORDS, count));
    expect(await chat.number(chat.statistics, "generated-tokens")).toBe(count);
    await expect(chat.statistics).toHaveAttribute("data-end-reason", "max-tokens");
  }
});

test("a stop string that spans tokens ends the answer and is never shown", async ({ chat, page }) => {
  await chat.open(talkingGguf());
  await chat.setStopStrings("nothing\nur five s");
  // Every text that the page ever shows for the answer.
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seenTexts: seen });
    const look = () => seen.push(...[...document.querySelectorAll("article")].map((turn) => turn.innerText));
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  expect(await chat.ask("Please count")).toBe("one two three fo");
  await expect(chat.statistics).toHaveAttribute("data-end-reason", "stop-string");
  const seen = await page.evaluate(() => (window as unknown as { seenTexts: string[] }).seenTexts);
  expect(seen.some((text) => text.includes("one two"))).toBe(true);
  expect(seen.filter((text) => /four/.test(text))).toEqual([]);
  await chat.setStopStrings("");
  await chat.setNumber("Max new tokens", 5);
  expect(await chat.ask("Please count")).toBe(counted(COUNT_WORDS, 5));
});
