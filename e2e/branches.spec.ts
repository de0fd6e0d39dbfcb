/** A conversation is a tree: what a person changes becomes a branch, and the old one stays. */
import { keptEntries } from "./helpers/kept";
import { ANSWER_TEXTS, COUNT_WORDS, counted, patientGguf, talkingGguf } from "./helpers/models";
import { expect, test } from "./helpers/test";

test("editing a message answers it anew beside the old one; branches are walked both ways", async ({ chat }) => {
  await chat.open(talkingGguf());
  expect(await chat.ask("cats")).toBe(ANSWER_TEXTS.cats);
  expect(await chat.ask("rain")).toBe(ANSWER_TEXTS.rain);
  await chat.edit(chat.messages.first(), "tea");
  await chat.expectState(0, "done");
  await expect(chat.answers).toHaveCount(1);
  expect(await chat.answerText(0)).toBe(ANSWER_TEXTS.tea);
  await chat.act(chat.messages.first(), "Previous branch");
  await expect(chat.answers).toHaveCount(2);
  await chat.expectAnswer(1, ANSWER_TEXTS.rain);
  await expect(chat.messages.first().getByRole("button", { name: "Previous branch" })).toBeDisabled();
  await chat.act(chat.messages.first(), "Next branch");
  await expect(chat.answers).toHaveCount(1);
  await chat.expectAnswer(0, ANSWER_TEXTS.tea);
});

test("an answer with other words is what the model goes on from, and Continue writes behind it", async ({ chat }) => {
  await chat.open(talkingGguf());
  await chat.setNumber("Max new tokens", 3);
  expect(await chat.ask("count")).toBe(counted(COUNT_WORDS, 3));
  await chat.act(chat.answer(0), "Continue");
  await expect(chat.answer(0)).toContainText(counted(COUNT_WORDS, 6));
  await chat.expectState(0, "done");
  await chat.edit(chat.answer(0), "one two three four five six seven");
  await expect(chat.answer(0)).toContainText("edited by you");
  await expect(chat.answer(0).getByText("2 / 2")).toBeVisible();
  await chat.act(chat.answer(0), "Continue");
  await expect(chat.answer(0)).toContainText(counted(COUNT_WORDS, 10));
});

test("a stopped answer goes on where it was stopped", async ({ chat }) => {
  await chat.open(patientGguf());
  await chat.setNumber("Max new tokens", 16_000);
  await chat.send("count");
  await expect(chat.answer(0)).toContainText("one two three");
  await chat.stopButton.click();
  await chat.expectState(0, "stopped");
  const words = (await chat.answerText(0)).split(" ").length;
  await chat.setNumber("Max new tokens", 5);
  await chat.act(chat.answer(0), "Continue");
  await chat.expectState(0, "done");
  expect(await chat.answerText(0)).toBe(counted(COUNT_WORDS, words + 5));
});

test("Regenerate writes another answer beside the first; deleting a turn can be taken back", async ({
  openFake,
  page,
}) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("First");
  await chat.ask("Second");
  await chat.act(chat.answer(1), "Regenerate");
  await chat.expectState(1, "done");
  await expect(chat.answer(1).getByText("2 / 2")).toBeVisible();
  await chat.act(chat.messages.nth(1), "Delete turn");
  await expect(chat.messages).toHaveText([/First/]);
  await expect(chat.answers).toHaveCount(1);
  // It goes after a while, but not from under a pointer.
  await chat.button("Undo").hover();
  const keptAnswers = async () => JSON.stringify(await keptEntries(page, "chat:")).split('"Yes."').length - 1;
  await expect.poll(keptAnswers).toBe(1);
  await chat.button("Undo").click();
  await expect(chat.messages).toHaveText([/First/, /Second/]);
  await expect(chat.answer(1).getByText("2 / 2")).toBeVisible();
  await expect.poll(keptAnswers).toBe(3);
  await page.reload();
  await expect(chat.answer(1).getByText("2 / 2")).toBeVisible();
});

test("Copy gives the text as the model wrote it", async ({ openFake, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const chat = await openFake({ answer: "It is **green**, `#0a0`." });
  await chat.ask("Grass?");
  await chat.act(chat.answer(0), "Copy");
  await expect.poll(() => chat.page.evaluate(() => navigator.clipboard.readText())).toBe("It is **green**, `#0a0`.");
});

test("Escape leaves an editor, and the text stays as it was", async ({ openFake }) => {
  const chat = await openFake({ answer: "Yes." });
  await chat.ask("First");
  await chat.act(chat.messages.first(), "Edit");
  await chat.messages.first().getByRole("textbox").fill("Other words");
  await chat.page.keyboard.press("Escape");
  await expect(chat.messages).toHaveText([/First/]);
  await expect(chat.messages.first().getByRole("button", { name: "Next branch" })).toHaveCount(0);
});
