/** The cache as a person sees it: what is kept, what it costs, what happens when it is full. */
import { ANSWER_TEXTS, COUNT_WORDS, counted, randomGguf, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

/** 2 x 1 layer x 1 kv head x head dim 16, of the talking model. */
const VALUES_PER_TOKEN = 2 * 1 * 1 * 16;

test("statistics and cache numbers add up, turn by turn", async ({ chat }) => {
  await chat.open(talkingGguf());
  await expect(chat.cache).toHaveAttribute("data-length", "0");
  await expect(chat.cache).toHaveAttribute("data-capacity", "256");
  await expect(chat.cache).toHaveAttribute("data-bytes-per-token", String(VALUES_PER_TOKEN * 4));
  await expect(chat.cache).toHaveAttribute("data-bytes", String(VALUES_PER_TOKEN * 4 * 256));
  const numberOf = (name: string) => chat.number(chat.statistics, name);
  // <s> <|user|> cats </s> <|assistant|>, then four words, four bytes and </s>.
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  expect(await numberOf("prompt-tokens")).toBe(5);
  expect(await numberOf("cached-tokens")).toBe(0);
  expect(await numberOf("generated-tokens")).toBe(9);
  // Nothing was computed from the last token, so it is not in the cache.
  expect(await chat.number(chat.cache, "length")).toBe(5 + 9 - 1);
  expect(await chat.number(chat.cache, "bytes-used")).toBe(VALUES_PER_TOKEN * 4 * 13);
  const [decodeMs, prefillMs, firstMs] = [
    await numberOf("decode-ms"),
    await numberOf("prefill-ms"),
    await numberOf("first-token-ms"),
  ];
  expect(prefillMs).toBeGreaterThan(0);
  expect(firstMs).toBeGreaterThanOrEqual(prefillMs - 1);
  expect(await numberOf("tokens-per-second")).toBeCloseTo((9 - 1) / (decodeMs / 1000), 0);
  // The second turn reads only what is new: </s> <|user|> tea </s> <|assistant|>.
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
  expect(await numberOf("cached-tokens")).toBe(13);
  expect(await numberOf("prompt-tokens")).toBe(13 + 5);
  expect(await chat.number(chat.cache, "length")).toBe(18 + (await numberOf("generated-tokens")) - 1);
});

test("f16 halves the cache and changes no word", async ({ chat }) => {
  await chat.open(talkingGguf());
  await chat.choose("KV precision", "f16");
  await expect(chat.cache).toHaveAttribute("data-bytes", String(VALUES_PER_TOKEN * 2 * 256));
  await chat.choose("Cache capacity", "128");
  await expect(chat.cache).toHaveAttribute("data-bytes", String(VALUES_PER_TOKEN * 2 * 128));
  for (const topic of ["rain", "cats"] as const) expect(await chat.ask(topic)).toBe(ANSWER_TEXTS[topic]);
});

test("1, 2 and 8 tokens in flight give the same text, cache and next turn", async ({ chat }) => {
  await chat.goto();
  await chat.setNumber("Max new tokens", 24);
  await chat.setNumber("Seed", 3);
  const outcomes: unknown[] = [];
  for (const inFlight of ["1", "2", "8"]) {
    await chat.chooseFiles(randomGguf());
    await expect(chat.cache).toHaveAttribute("data-length", "0");
    await chat.expectReady("random");
    if ((await chat.answers.count()) > 0) await chat.newChat();
    await chat.choose("Tokens in flight", inFlight);
    const turns: unknown[] = [];
    for (const message of ["cats and rain", "one two three"]) {
      const text = await chat.ask(message);
      turns.push([
        text,
        await chat.number(chat.cache, "length"),
        await chat.number(chat.statistics, "cached-tokens"),
        await chat.number(chat.statistics, "generated-tokens"),
      ]);
    }
    outcomes.push(turns);
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).toEqual(outcomes[0]);
});

test("a full cache ends the answer and says so", async ({ chat }) => {
  await chat.open(talkingGguf());
  await chat.choose("Cache capacity", "128");
  await expect(chat.cache).toHaveAttribute("data-capacity", "128");
  const text = await chat.ask("count");
  const generated = 128 - 5 + 1;
  expect(text).toBe(counted(COUNT_WORDS, generated));
  await expect(chat.statistics).toHaveAttribute("data-end-reason", "capacity");
  expect(await chat.number(chat.statistics, "generated-tokens")).toBe(generated);
  expect(await chat.number(chat.cache, "length")).toBe(128);
  // With no room left the next message is refused in words, and the conversation can begin anew.
  await chat.send("tea");
  await expect(chat.alert).toContainText("The conversation has 134 tokens, the context holds 128.");
  await expect(chat.message).toHaveValue("tea");
  await chat.newChat();
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});

test("a message that does not fit goes on by one click that drops the oldest turns", async ({ chat, page }) => {
  await chat.open(talkingGguf());
  await chat.choose("Cache capacity", "128");
  await chat.ask("count");
  await chat.ask("tea", "error");
  await chat.button("Drop the oldest and go on").click();
  await chat.expectState(1, "done");
  expect(await chat.answerText(1)).toBe(ANSWER_TEXTS.tea);
  await expect(chat.message).toHaveValue("");
  await expect(chat.messages).toHaveCount(2);
  await expect(page.getByRole("combobox", { name: "When the cache is full" })).toHaveValue("drop-oldest");
  // What went is gone: the next to go is the message after it.
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  await expect(page.getByRole("status", { name: "Context" })).toContainText("“tea”");
});

test("continuing an answer that filled the context says what to do, and keeps its words", async ({ chat, page }) => {
  await chat.open(talkingGguf());
  await chat.choose("Cache capacity", "128");
  await chat.ask("tea");
  const text = await chat.ask("count");
  const region = page.getByRole("region", { name: "Chat" });
  await expect(region.getByText("100 % of the context is used.")).toBeVisible();
  await chat.act(chat.answer(1), "Continue");
  await chat.expectState(1, "error");
  await expect(chat.alert).toContainText("the context holds 128");
  expect(await chat.answerText(1)).toContain(text);
  await chat.setNumber("Max new tokens", 3);
  await chat.button("Drop the oldest and go on").click();
  await chat.expectState(1, "done");
  const words = text.split(" ").length;
  expect(await chat.answerText(1)).toBe(counted(COUNT_WORDS, words + 3));
  // Alone it does not fit either, in the end.
  await chat.setNumber("Max new tokens", 60);
  await chat.act(chat.answer(1), "Continue");
  await expect(chat.statistics).toHaveAttribute("data-end-reason", "capacity");
  await chat.act(chat.answer(1), "Continue");
  await expect(chat.alert).toContainText(/The last message and its answer have 1\d\d tokens, the context holds 128\./);
  await expect(chat.button("Drop the oldest and go on")).toHaveCount(0);
});

test("what is about to happen at the end of the context is said before, and can be changed there", async ({
  chat,
  page,
}) => {
  await chat.open(talkingGguf());
  await chat.choose("Cache capacity", "128");
  await chat.setNumber("Max new tokens", 100);
  await chat.ask("count");
  const note = page.getByRole("region", { name: "Chat" }).getByText("% of the context is used.");
  await expect(note).toContainText("When it is full, the answer ends there");
  await chat.button("Drop the oldest instead").click();
  await expect(chat.button("Drop the oldest instead")).toHaveCount(0);
  await expect(note).toContainText("When it is full, the oldest turns are dropped.");
});

test("dropping the oldest turns makes room, and the conversation goes on", async ({ chat }) => {
  await chat.open(talkingGguf());
  await chat.choose("Cache capacity", "128");
  await chat.choose("When the cache is full", "drop the oldest turns");
  await chat.setNumber("Max new tokens", 60);
  for (let turn = 0; turn < 3; turn++) expect(await chat.ask("count")).toBe(counted(COUNT_WORDS, 60));
  await expect(chat.statistics).toHaveAttribute("data-end-reason", "max-tokens");
  expect(await chat.number(chat.cache, "length")).toBeLessThanOrEqual(128);
  await expect(chat.answers).toHaveCount(3);
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});

test("a message longer than the context is refused with both numbers, and a shorter one works", async ({ chat }) => {
  await chat.open(talkingGguf());
  await chat.choose("Cache capacity", "128");
  await chat.send("tea ".repeat(200).trim());
  await expect(chat.alert).toContainText("204 tokens");
  await expect(chat.alert).toContainText("the context holds 128");
  // Nor is there anything that could be dropped, also when it is sent once more.
  await expect(chat.button("Drop the oldest and go on")).toHaveCount(0);
  await chat.sendButton.click();
  await chat.expectState(1, "error");
  await expect(chat.button("Drop the oldest and go on")).toHaveCount(0);
  expect(await chat.ask("tea")).toBe(ANSWER_TEXTS.tea);
});
